import type { Socket } from 'node:net'
import type { Domain } from '@heliograph/jid'
import { addressGroup } from '@heliograph/streams'

/** Connections that others have here at once; how many of them may have proven nothing yet, and from one address (of IPv6 a /64). */
const MOST = 10_000
const MOST_UNPROVEN = 2_000
const MOST_UNPROVEN_OF_ADDRESS = 256
/** Streams that may speak for one domain. */
const MOST_OF_DOMAIN = 32

/** One connection, for as long as it is open. */
export interface Ticket {
  /** It has proven that it may speak for a domain. False when too many streams do. */
  proves(domain: Domain): boolean
}

/** Who is let in, so that nobody takes the room of all others: from the first byte on, not just once TLS is there. */
export class Admission {
  readonly #addresses = new Map<string, number>()
  readonly #domains = new Map<Domain, number>()
  #open = 0
  #unproven = 0

  /** Undefined when there is no room for it; else it counts until it is closed. */
  admit(socket: Pick<Socket, 'remoteAddress' | 'once'>): Ticket | undefined {
    const address = addressGroup(socket.remoteAddress ?? '')
    const fromThere = this.#addresses.get(address) ?? 0
    if (this.#open >= MOST || this.#unproven >= MOST_UNPROVEN || fromThere >= MOST_UNPROVEN_OF_ADDRESS) return undefined
    const domains = new Set<Domain>()
    const unproven = (by: 1 | -1): void => {
      this.#unproven += by
      count(this.#addresses, address, by)
    }
    this.#open++
    unproven(1)
    let isOpen = true
    socket.once('close', () => {
      isOpen = false
      this.#open--
      if (domains.size === 0) unproven(-1)
      for (const domain of domains) count(this.#domains, domain, -1)
    })
    const proves = (domain: Domain): boolean => {
      if (domains.has(domain)) return true
      if (!isOpen || (this.#domains.get(domain) ?? 0) >= MOST_OF_DOMAIN) return false
      if (domains.size === 0) unproven(-1)
      domains.add(domain)
      count(this.#domains, domain, 1)
      return true
    }
    return { proves }
  }
}

function count<Key>(counts: Map<Key, number>, key: Key, by: 1 | -1): void {
  const now = (counts.get(key) ?? 0) + by
  if (now === 0) counts.delete(key)
  else counts.set(key, now)
}
