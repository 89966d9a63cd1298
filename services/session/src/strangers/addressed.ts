import { type BareJid, bareOf, type Jid } from '@heliograph/jid'

const ADDRESSED_MAX = 200

/** Whom a user wrote to lately, the last ones: their answers are no strangers'. */
export class Addressed {
  readonly #jids = new Set<BareJid>()

  add(jid: Jid): void {
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
