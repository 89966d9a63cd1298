/** Limits how often a resource's presence goes out: `burst` changes a window at once, then the last one at the window's end. */
export class FlapDamper {
  readonly #burst: number
  readonly #windowMs: number
  #start = Number.NEGATIVE_INFINITY
  #sent = 0

  constructor(burst: number, windowMs: number) {
    this.#burst = burst
    this.#windowMs = windowMs
  }

  /** Milliseconds until a change may go out: 0 is now, and counts as sent. */
  delay(now: number): number {
    if (now - this.#start >= this.#windowMs) {
      this.#start = now
      this.#sent = 0
    }
    if (this.#sent < this.#burst) {
      this.#sent++
      return 0
    }
    return this.#start + this.#windowMs - now
  }
}
