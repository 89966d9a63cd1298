import type { Jid } from '@heliograph/jid'
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

const MOST_CLIENTS = 10_000

/** What was said in a room lately, by whom. Nothing is kept of a room in which nobody speaks. */
export class RoomPace {
  #room: TokenBucket | undefined
  #clients: Map<Jid, TokenBucket> | undefined

  /** Whether this client may say something more now (ms). */
  allows(client: Jid, rates: Rates, now: number): boolean {
    this.#clients ??= new Map()
    let bucket = this.#clients.get(client)
    if (!bucket) {
      // Who only knocks never leaves.
      if (this.#clients.size >= MOST_CLIENTS) this.#clients.clear()
      bucket = new TokenBucket(rates.occupant.burst, now)
      this.#clients.set(client, bucket)
    }
    if (!bucket.take(rates.occupant, now)) return false
    this.#room ??= new TokenBucket(rates.room.burst, now)
    return this.#room.take(rates.room, now)
  }

  forget(client: Jid): void {
    this.#clients?.delete(client)
  }
}
