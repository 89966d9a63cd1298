import { type BareJid, bareOf, type Jid } from '@heliograph/jid'
import type { Occupants } from '../occupants.ts'
import type { SubscribedNode, Subscription } from '../store/stored-room.ts'

/** Those who follow a room. Mutable; changed by the room's mailbox after the store was. */
export class Subscribers implements Iterable<Subscription> {
  readonly #byJid = new Map<BareJid, Subscription>()
  readonly #byNick = new Map<string, BareJid>()
  /** For whom `#absent` was looked up. */
  #clients: readonly Jid[] | undefined
  readonly #absent = new Map<SubscribedNode, readonly BareJid[]>()

  constructor(known: Iterable<Subscription> = []) {
    for (const each of known) this.put(each)
  }

  get size(): number {
    return this.#byJid.size
  }

  get(jid: Jid): Subscription | undefined {
    return this.#byJid.get(bareOf(jid))
  }

  /** Whose subscription has that nick. */
  holderOf(nick: string): BareJid | undefined {
    return this.#byNick.get(nick)
  }

  /** Who follows a node and isn't in the room: the same array as long as nobody comes, goes or changes his mind. */
  absent(node: SubscribedNode, occupants: Pick<Occupants, 'clients' | 'of'>): readonly BareJid[] {
    if (this.#clients !== occupants.clients) this.#absent.clear()
    this.#clients = occupants.clients
    let absent = this.#absent.get(node)
    if (absent === undefined) {
      absent = [...this].filter(({ jid, nodes }) => nodes.includes(node) && occupants.of(jid).length === 0).map(jidOf)
      this.#absent.set(node, absent)
    }
    return absent
  }

  put(subscription: Subscription): void {
    this.delete(subscription.jid)
    this.#byJid.set(subscription.jid, subscription)
    this.#byNick.set(subscription.nick, subscription.jid)
  }

  delete(jid: BareJid): void {
    const before = this.#byJid.get(jid)
    if (before) this.#byNick.delete(before.nick)
    this.#byJid.delete(jid)
    this.#absent.clear()
  }

  [Symbol.iterator](): Iterator<Subscription> {
    return this.#byJid.values()
  }
}

const jidOf = ({ jid }: Subscription): BareJid => jid
