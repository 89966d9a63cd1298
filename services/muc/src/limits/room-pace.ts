import { type BareJid, domainOf, type Jid } from '@heliograph/jid'
import { TokenBucket } from './token-bucket.ts'

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** How fast a room may be spoken to: by one client, and by all. */
export interface Rates {
  readonly occupant: Rate
  readonly room: Rate
}

/** Of occupants, of outsiders, and of those who want to be members, each. */
export const MOST_CLIENTS = 10_000
/** Each request to be a member goes to many: of one user, and of all users of his domain, who may be invented. */
const REQUESTS: Rate = { perSecond: 1 / 60, burst: 2 }
const REQUESTS_OF_DOMAIN: Rate = { perSecond: 1 / 6, burst: 20 }

/** What was said in a room lately, by whom. Nothing is kept of a room in which nobody speaks. */
export class RoomPace {
  #room: TokenBucket | undefined
  readonly #occupants = new Buckets()
  readonly #outsiders = new Buckets()
  readonly #requests = new Buckets()

  /** Whether this client of an occupant may say something more now (ms). */
  allows(client: Jid, rates: Rates, now: number): boolean {
    if (!this.#occupants.take(client, rates.occupant, now)) return false
    this.#room ??= new TokenBucket(rates.room.burst, now)
    return this.#room.take(rates.room, now)
  }

  /** Whether somebody who isn't in the room may ask something more of it: nothing that he does takes from what its occupants may say. */
  allowsOutsider(user: BareJid, rates: Rates, now: number): boolean {
    return this.#outsiders.take(user, rates.occupant, now)
  }

  /** Whether somebody may ask once more to be a member. */
  allowsRequest(user: BareJid, now: number): boolean {
    return this.#requests.take(user, REQUESTS, now) && this.#requests.take(domainOf(user), REQUESTS_OF_DOMAIN, now)
  }
}

/** One bucket each. Who leaves keeps his, or going and coming would fill it; beyond `MOST_CLIENTS` the oldest is forgotten. */
class Buckets {
  #byJid: Map<Jid, TokenBucket> | undefined

  take(jid: Jid, rate: Rate, now: number): boolean {
    this.#byJid ??= new Map()
    let bucket = this.#byJid.get(jid)
    if (!bucket) {
      if (this.#byJid.size >= MOST_CLIENTS) this.#byJid.delete(this.#byJid.keys().next().value!)
      bucket = new TokenBucket(rate.burst, now)
      this.#byJid.set(jid, bucket)
    }
    return bucket.take(rate, now)
  }
}
