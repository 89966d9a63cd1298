import { TokenBucket } from '../limits/token-bucket.ts'

/** Searches of one instance that run at once; the database has other work. */
export const MOST_AT_ONCE = 4
/** Of one asker: one runs, the others wait. */
export const MOST_OF_ONE = 3
/** Of all askers. */
export const MOST_WAITING = 100
/** Of one asker in the long run. */
const PACE = { perSecond: 1, burst: 10 }
/** Beyond that the one who asked first is forgotten. */
const MOST_ASKERS = 10_000

interface Turn {
  readonly asker: string
  readonly begin: () => void
}

/** Who searches when: of one asker one search at a time, of all askers a few, in the order in which they came. */
export class SearchTurns {
  readonly #running = new Set<string>()
  readonly #waiting: Turn[] = []
  readonly #paces = new Map<string, TokenBucket>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** @returns undefined, and nothing is searched, when the asker asks too much or too many wait */
  run<Found>(asker: string, search: () => Promise<Found>): Promise<Found> | undefined {
    if (!this.#admits(asker)) return undefined
    return new Promise<Found>((resolve, reject) => {
      const begin = () => {
        this.#running.add(asker)
        search()
          .then(resolve, reject)
          .finally(() => {
            this.#running.delete(asker)
            this.#next()
          })
      }
      this.#waiting.push({ asker, begin })
      this.#next()
    })
  }

  #admits(asker: string): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false
    const waiting = this.#waiting.filter((turn) => turn.asker === asker).length
    if (waiting + (this.#running.has(asker) ? 1 : 0) >= MOST_OF_ONE) return false
    let pace = this.#paces.get(asker)
    if (!pace) {
      if (this.#paces.size >= MOST_ASKERS) this.#paces.delete(this.#paces.keys().next().value!)
      pace = new TokenBucket(PACE.burst, this.#now())
      this.#paces.set(asker, pace)
    }
    return pace.take(PACE, this.#now())
  }

  /** The first who waits and isn't searching. */
  #next(): void {
    while (this.#running.size < MOST_AT_ONCE) {
      const at = this.#waiting.findIndex(({ asker }) => !this.#running.has(asker))
      const [turn] = at < 0 ? [] : this.#waiting.splice(at, 1)
      if (turn === undefined) return
      turn.begin()
    }
  }
}
