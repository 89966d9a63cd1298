import type { FullJid } from '@heliograph/jid'
import type { ParcelWork } from './parcels.ts'

const MOST_A_SESSION = 256
const MOST = 16_384

interface Waiting {
  readonly partition: number
  readonly parcels: ParcelWork[]
}

/**
 * What rooms and nodes sent to sessions of partitions taken over a moment ago that nobody here knows: their edges may still announce them, or
 * their clients come back. Whoever holds something is to take it when the session is there, or when it isn't waited for any more.
 */
export class EarlyParcels {
  readonly #sessions = new Map<FullJid, Waiting>()
  #count = 0

  get length(): number {
    return this.#count
  }

  /** False when too much waits: it isn't kept. */
  hold(session: FullJid, partition: number, parcel: ParcelWork): boolean {
    let waiting = this.#sessions.get(session)
    if (this.#count >= MOST || (waiting !== undefined && waiting.parcels.length >= MOST_A_SESSION)) return false
    if (waiting === undefined) {
      waiting = { partition, parcels: [] }
      this.#sessions.set(session, waiting)
    }
    waiting.parcels.push(parcel)
    this.#count++
    return true
  }

  /** What waits for a session, in order; it doesn't any more. */
  take(session: FullJid): readonly ParcelWork[] {
    const waiting = this.#sessions.get(session)
    if (waiting === undefined) return []
    this.#sessions.delete(session)
    this.#count -= waiting.parcels.length
    return waiting.parcels
  }

  /** Sessions for which something waits, with their partitions. */
  *[Symbol.iterator](): Iterator<[session: FullJid, partition: number]> {
    for (const [session, { partition }] of this.#sessions) yield [session, partition]
  }

  /** The partition is another's: who sent it brings it there, too. */
  drop(partition: number): void {
    for (const [session, waiting] of this.#sessions) if (waiting.partition === partition) this.take(session)
  }
}
