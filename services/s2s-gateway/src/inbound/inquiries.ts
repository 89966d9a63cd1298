import type { Domain } from '@heliograph/jid'
import type { Verdict } from '../dialback/elements.ts'
import { Setbacks } from '../finding/setbacks.ts'
import type { Direction } from '../outbound/initiation.ts'
import type { Result } from '../outbound/purpose.ts'

/** Questions that may be under way at once. */
const MOST = 256
const MOST_OF_DOMAIN = 8

/**
 * Asks other servers about keys that were shown in their domains' names (XEP-0220 §2.1.2). Strangers make it ask, and choose whom: so few questions are
 * under way at once, and who couldn't be asked is left in peace for a while.
 */
export class Inquiries {
  /** Not those of streams that carry stanzas, which strangers would push out. */
  readonly #setbacks = new Setbacks()
  readonly #ofDomain = new Map<Domain, number>()
  #underWay = 0

  /** What the answer to such a question makes of the key. `open` asks it, unless there are too many, or the last one failed just now. */
  async ask({ local, remote }: Direction, open: () => Promise<Result>): Promise<Verdict> {
    const pair = `${local} ${remote}`
    const setback = this.#setbacks.of(pair, performance.now())
    if (setback !== undefined) return setback.condition
    const others = this.#ofDomain.get(remote) ?? 0
    if (this.#underWay >= MOST || others >= MOST_OF_DOMAIN) return 'resource-constraint'
    this.#count(remote, 1)
    try {
      return this.#verdict(pair, await open())
    } finally {
      this.#count(remote, -1)
    }
  }

  #verdict(pair: string, result: Result): Verdict {
    if (result.kind === 'answer') {
      this.#setbacks.worked(pair)
      return result.isValid ? 'valid' : 'invalid'
    }
    if (result.kind !== 'failed') return 'remote-server-timeout'
    this.#setbacks.failed(pair, result.failure, performance.now())
    return result.failure.condition
  }

  #count(remote: Domain, by: 1 | -1): void {
    this.#underWay += by
    const now = (this.#ofDomain.get(remote) ?? 0) + by
    if (now === 0) this.#ofDomain.delete(remote)
    else this.#ofDomain.set(remote, now)
  }
}
