import { PARTITIONS } from '@heliograph/ownership'

/** Repetitions of what the former owner did not confirm come at once when the route is set up anew; this is ample. */
const SETTLING_MS = 60_000

/** How long partitions have been owned here. */
export class Tenure {
  readonly #since = new Float64Array(PARTITIONS).fill(Number.NEGATIVE_INFINITY)
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  began(partition: number): void {
    this.#since[partition] = this.#now()
  }

  /** True while senders may still repeat what they told the former owner; or for as long as said. */
  isSettling(partition: number, ms = SETTLING_MS): boolean {
    return this.#now() - this.#since[partition]! < ms
  }
}
