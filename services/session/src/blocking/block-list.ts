import { type BareJid, bareOf, domainOf, isFull, type Jid } from '@heliograph/jid'
import type { Roster } from '@heliograph/roster'

/** Addresses that a user blocks (XEP-0191). Immutable but for what it remembers of the roster. */
export class BlockList {
  readonly #owner: BareJid
  readonly #jids: ReadonlySet<Jid>
  #watchers: readonly BareJid[] | undefined
  #roster: Roster | undefined
  #version = -1

  constructor(owner: BareJid, jids: Iterable<Jid>) {
    this.#owner = owner
    this.#jids = new Set(jids)
  }

  get size(): number {
    return this.#jids.size
  }

  has(jid: Jid): boolean {
    return this.#jids.has(jid)
  }

  [Symbol.iterator](): Iterator<Jid> {
    return this.#jids.values()
  }

  /** XEP-0191 §5: the address itself, its bare form or its domain is listed. A user's own addresses never are blocked (§4 note). */
  blocks(jid: Jid): boolean {
    const bare = bareOf(jid)
    if (bare === this.#owner) return false
    return this.#jids.has(jid) || this.#jids.has(bare) || this.#jids.has(domainOf(jid))
  }

  /**
   * Contacts of the roster that are blocked with all their resources: whom presence and probes must not reach. Undefined when there are
   * none. Computed once a roster version.
   */
  contacts(roster: Roster): readonly BareJid[] | undefined {
    if (this.#roster !== roster || this.#version !== roster.version) {
      const blocked = [...roster.items()].map(({ jid }) => jid).filter((jid) => this.blocks(jid))
      this.#watchers = blocked.length > 0 ? blocked : undefined
      this.#roster = roster
      this.#version = roster.version
    }
    return this.#watchers
  }
}

/** Of `jids`, newly listed or taken off, those that stand for subscribers of the user's presence, each as it is to be told. */
export function subscribersAmong(roster: Roster, jids: ReadonlySet<Jid>): Jid[] {
  const subscribers: Jid[] = []
  for (const { jid } of roster.items()) {
    if (roster.isSubscriber(jid) && (jids.has(jid) || jids.has(domainOf(jid)))) subscribers.push(jid)
  }
  for (const jid of jids) if (isFull(jid) && roster.isSubscriber(bareOf(jid))) subscribers.push(jid)
  return subscribers
}
