import type { BareJid } from '@heliograph/jid'

/** RFC 6121 §2.1.2.5. */
export type Subscription = 'none' | 'to' | 'from' | 'both'

/** A contact as the user's server keeps it (RFC 6121 §2.1.2). Immutable. */
export interface RosterItem {
  readonly jid: BareJid
  readonly name: string
  readonly groups: readonly string[]
  readonly subscription: Subscription
  /** The user's request is unanswered: `ask='subscribe'`, "Pending Out". */
  readonly ask: boolean
  /** The user approved before the contact asked (RFC 6121 §3.4). */
  readonly approved: boolean
  /** XML of the contact's unanswered request, "Pending In"; '' when there is none. */
  readonly request: string
  /** Whether clients see it: an item that only holds a pending request isn't in the roster (RFC 6121 §3.1.3). */
  readonly listed: boolean
}

/** A user's roster in the memory of its owner. `version` grows with every change (RFC 6121 §2.6). */
export class Roster {
  readonly #items: Map<BareJid, RosterItem>
  #version: number

  constructor(items: Iterable<RosterItem> = [], version = 0) {
    this.#items = new Map([...items].map((item) => [item.jid, item]))
    this.#version = version
  }

  get version(): number {
    return this.#version
  }

  get(jid: BareJid): RosterItem | undefined {
    return this.#items.get(jid)
  }

  items(): Iterable<RosterItem> {
    return this.#items.values()
  }

  get size(): number {
    return this.#items.size
  }

  /** The contact sees the user's presence. */
  isSubscriber(jid: BareJid): boolean {
    const subscription = this.#items.get(jid)?.subscription
    return subscription === 'from' || subscription === 'both'
  }

  /** The user sees the contact's presence. */
  isSubscribedTo(jid: BareJid): boolean {
    const subscription = this.#items.get(jid)?.subscription
    return subscription === 'to' || subscription === 'both'
  }

  /** After the change is stored. */
  apply(item: RosterItem, version: number): void {
    this.#items.set(item.jid, item)
    this.#version = version
  }

  remove(jid: BareJid, version: number): void {
    this.#items.delete(jid)
    this.#version = version
  }
}
