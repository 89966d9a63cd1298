import type { BareJid } from '@heliograph/jid'

/** Between two requests of one user that owners are asked about. */
const EACH_MS = 60_000
/** Of all users in that time. */
const ALL = 20

/** How often the owners of a node are asked to let somebody subscribe: each request goes to all of them. */
export class AskPace {
  /** When each was asked about lately, the oldest first. */
  readonly #asked = new Map<BareJid, number>()

  /** Whether owners may be asked about somebody now (ms). */
  allows(jid: BareJid, now: number): boolean {
    for (const [known, at] of this.#asked) {
      if (now - at < EACH_MS) break
      this.#asked.delete(known)
    }
    if (this.#asked.has(jid) || this.#asked.size >= ALL) return false
    this.#asked.set(jid, now)
    return true
  }
}
