import { Turns } from '@heliograph/ownership'
import { TokenBucket } from '../limits/token-bucket.ts'

/** Searches of one instance; the database has other work. */
const BOUNDS = { atOnce: 4, waiting: 100, ofOne: 3 } as const
/** Of one asker in the long run. */
const PACE = { perSecond: 1, burst: 10 }
/** Beyond that the one who asked first is forgotten. */
const MOST_ASKERS = 10_000

/** Who searches when: in turns, and nobody faster than the pace for long. */
export class SearchTurns {
  readonly #turns = new Turns(BOUNDS)
  readonly #paces = new Map<string, TokenBucket>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** @returns undefined, and nothing is searched, when the asker asks too much or too many wait */
  run<Found>(asker: string, search: () => Promise<Found>): Promise<Found> | undefined {
    if (!this.#turns.hasRoomFor(asker) || !this.#keepsPace(asker)) return undefined
    return this.#turns.run(asker, search)
  }

  #keepsPace(asker: string): boolean {
    let pace = this.#paces.get(asker)
    if (!pace) {
      if (this.#paces.size >= MOST_ASKERS) this.#paces.delete(this.#paces.keys().next().value!)
      pace = new TokenBucket(PACE.burst, this.#now())
      this.#paces.set(asker, pace)
    }
    return pace.take(PACE, this.#now())
  }
}
