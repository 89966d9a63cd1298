import { type BareJid, bareOf, type Jid } from '@heliograph/jid'

const ADDRESSED_MAX = 200

/** Whom a user wrote to lately, the last ones: their answers are no strangers'. */
export class Addressed {
  readonly #jids = new Set<BareJid>()
  // Who says much says it to one and the same for a while, and has the answers from there: nothing is looked up for those.
  #last: Jid | undefined
  #known: Jid | undefined

  add(jid: Jid): void {
    if (jid === this.#last) return
    this.#last = jid
    const bare = bareOf(jid)
    this.#jids.delete(bare)
    this.#jids.add(bare)
    if (this.#jids.size <= ADDRESSED_MAX) return
    for (const oldest of this.#jids) {
      this.#jids.delete(oldest)
      this.#known = undefined
      return
    }
  }

  /** Whether the user wrote to that one lately, at whichever resource. */
  has(jid: Jid): boolean {
    if (jid === this.#known) return true
    if (!this.#jids.has(bareOf(jid))) return false
    this.#known = jid
    return true
  }
}
