/** Monotonic milliseconds as of the last tick: reading it costs a field. Good enough for limits that are counted in seconds. */
export class CoarseClock {
  now: number
  readonly #read: () => number

  constructor(read: () => number = () => performance.now()) {
    this.#read = read
    this.now = read()
  }

  tick(): number {
    this.now = this.#read()
    return this.now
  }
}
