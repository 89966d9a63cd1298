import { type BareJid, bareOf, type Jid } from '@heliograph/jid'

const ADDRESSED_MAX = 200

/** Whom a user wrote to lately, the last ones: their answers are no strangers'. */
export class Addressed {
  readonly #jids = new Set<BareJid>()
  #last: Jid | undefined

  add(jid: Jid): void {
    // Who says much says it to one and the same for a while.
    if (jid === this.#last) return
    this.#last = jid
    const bare = bareOf(jid)
    this.#jids.delete(bare)
    this.#jids.add(bare)
    if (this.#jids.size <= ADDRESSED_MAX) return
    for (const oldest of this.#jids) {
      this.#jids.delete(oldest)
      return
    }
  }

  has(jid: BareJid): boolean {
    return this.#jids.has(jid)
  }
}
