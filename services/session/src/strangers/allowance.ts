const WINDOW_MS = 60_000

/** So many in a minute, all askers together. */
export class Allowance {
  readonly #count: number
  #since = Number.NEGATIVE_INFINITY
  #taken = 0

  constructor(count: number) {
    this.#count = count
  }

  /** False when all of this minute are taken. `now` in monotonic milliseconds. */
  take(now: number): boolean {
    if (now - this.#since >= WINDOW_MS) {
      this.#since = now
      this.#taken = 0
    }
    if (this.#taken >= this.#count) return false
    this.#taken++
    return true
  }
}
