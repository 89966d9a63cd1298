import type { Failure } from '../outbound/failure.ts'

const FIRST_MS = 1_000
const LONGEST_MS = 120_000
const MOST = 10_000

interface Setback {
  readonly failure: Failure
  readonly until: number
  readonly waitMs: number
}

/** What went wrong with servers lately: for a while, each time twice as long, they aren't tried again, and what is for them comes back at once. */
export class Setbacks {
  readonly #known = new Map<string, Setback>()

  /** Why nobody is to try now. */
  of(pair: string, now: number): Failure | undefined {
    const known = this.#known.get(pair)
    return known !== undefined && now < known.until ? known.failure : undefined
  }

  failed(pair: string, failure: Failure, now: number): void {
    const before = this.#known.get(pair)
    // What went wrong long ago says nothing of today.
    const isInRow = before !== undefined && now < before.until + LONGEST_MS
    const waitMs = isInRow ? Math.min(before.waitMs * 2, LONGEST_MS) : FIRST_MS
    this.#known.delete(pair)
    if (this.#known.size >= MOST) for (const oldest of [...this.#known.keys()].slice(0, 1)) this.#known.delete(oldest)
    this.#known.set(pair, { failure, until: now + waitMs, waitMs })
  }

  worked(pair: string): void {
    this.#known.delete(pair)
  }

  /** What they were due to may be over. */
  forgetAll(): void {
    this.#known.clear()
  }
}
