/** Lets so much through in a second, and that much more at once after a quiet spell. */
export class TokenBucket {
  #tokens: number
  #at: number

  constructor(burst: number, now: number) {
    this.#tokens = burst
    this.#at = now
  }

  /** Whether one more may pass at `now` (ms). */
  take(rate: { readonly perSecond: number; readonly burst: number }, now: number): boolean {
    this.#tokens = Math.min(rate.burst, this.#tokens + ((now - this.#at) / 1000) * rate.perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
