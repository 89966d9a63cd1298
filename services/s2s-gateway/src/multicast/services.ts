import type { Jid } from '@heliograph/jid'

const MOST_REMEMBERED = 10_000

/** Where another domain takes one stanza for several of its users (XEP-0033), and how many addresses at most. */
export interface MulticastService {
  readonly jid: Jid
  readonly most: { readonly message: number; readonly presence: number }
}

interface Known {
  /** Undefined: there is none. */
  readonly service: MulticastService | undefined
  readonly until: number
}

/** What this instance has learned of other domains' multicast services, for longer than streams to them last. */
export class MulticastServices {
  readonly #known = new Map<string, Known>()

  find(pair: string): Known | undefined {
    return this.#known.get(pair)
  }

  /** The oldest is forgotten when there are too many. */
  note(pair: string, known: Known): void {
    this.#known.delete(pair)
    this.#known.set(pair, known)
    if (this.#known.size > MOST_REMEMBERED) for (const oldest of this.#known.keys().take(1)) this.#known.delete(oldest)
  }
}
