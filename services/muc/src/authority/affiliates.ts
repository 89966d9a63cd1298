import { type BareJid, bareOf, domainOf, type Jid } from '@heliograph/jid'
import type { Affiliate } from '../store/stored-room.ts'
import type { Affiliation } from './standing.ts'

/** Those whom a room knows, and the nicks it keeps for them. Mutable; changed by the room's mailbox after the store was. */
export class Affiliates {
  readonly #byJid = new Map<BareJid, Affiliate>()
  readonly #byNick = new Map<string, BareJid>()
  #owners = 0

  constructor(known: Iterable<Affiliate> = []) {
    for (const each of known) this.put(each)
  }

  get size(): number {
    return this.#byJid.size
  }

  /** A user's affiliation: his own, else that of all users of his domain (XEP-0045 §9.2), else none. */
  of(jid: Jid): Affiliation {
    return this.get(jid)?.affiliation ?? this.#byJid.get(domainOf(jid))?.affiliation ?? 'none'
  }

  /** What the room has noted for exactly this user or domain. */
  get(jid: Jid): Affiliate | undefined {
    return this.#byJid.get(bareOf(jid))
  }

  /** The nick that is kept for a user (§7.12). */
  nickOf(jid: Jid): string | undefined {
    return this.get(jid)?.nick
  }

  /** For whom a nick is kept. */
  holderOf(nick: string): BareJid | undefined {
    return this.#byNick.get(nick)
  }

  /** Whether there are owners besides `jid`. */
  hasOtherOwners(jid: Jid): boolean {
    return this.#owners > (this.get(jid)?.affiliation === 'owner' ? 1 : 0)
  }

  *list(affiliation: Affiliation): Iterable<Affiliate> {
    for (const each of this.#byJid.values()) if (each.affiliation === affiliation) yield each
  }

  [Symbol.iterator](): Iterator<Affiliate> {
    return this.#byJid.values()
  }

  put(affiliate: Affiliate): void {
    const { jid, affiliation, nick } = affiliate
    const before = this.#byJid.get(jid)
    if (before?.nick !== undefined) this.#byNick.delete(before.nick)
    if (before?.affiliation === 'owner') this.#owners--
    if (affiliation === 'none' && nick === undefined) {
      this.#byJid.delete(jid)
      return
    }
    this.#byJid.set(jid, affiliate)
    if (nick !== undefined) this.#byNick.set(nick, jid)
    if (affiliation === 'owner') this.#owners++
  }

  /** One to try changes on. */
  copy(): Affiliates {
    return new Affiliates(this)
  }
}
