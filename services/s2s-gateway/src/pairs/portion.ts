import type { Domain } from '@heliograph/jid'
import type { Shares } from '../shares.ts'
import type { Entry } from './entry.ts'

/** What a stanza costs beside its payload. */
const OVERHEAD = 512

/** What one pair has of the room for all that waits for other domains. */
export class Portion {
  readonly #shares: Shares
  readonly #remote: Domain

  constructor(shares: Shares, remote: Domain) {
    this.#shares = shares
    this.#remote = remote
  }

  /** False when there is no room. */
  take(entry: Entry): boolean {
    const share = entry.bytes + OVERHEAD
    if (!this.#shares.take(this.#remote, share)) return false
    entry.share = share
    return true
  }

  leave(entry: Entry): void {
    if (entry.share > 0) this.#shares.leave(this.#remote, entry.share)
    entry.share = 0
  }
}
