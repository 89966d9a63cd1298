/** Nobody pays longer for what was taken. */
const MOST_OWED_MS = 60_000

/** So much may be taken in a second, with savings; what is taken beyond that is owed, up to a minute's worth. */
export class Bucket {
  readonly #perMs: number
  readonly #most: number
  #left: number
  #at: number

  /** It begins full. `now` in monotonic milliseconds. */
  constructor(perSecond: number, burstSeconds: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#most = perSecond * burstSeconds
    this.#left = this.#most
    this.#at = now
  }

  /** @returns whether something is owed now */
  take(amount: number, now: number): boolean {
    const saved = this.#left + (now - this.#at) * this.#perMs
    this.#at = now
    this.#left = Math.max(Math.min(saved, this.#most) - amount, -this.#perMs * MOST_OWED_MS)
    return this.#left < 0
  }

  /** Milliseconds until nothing is owed any more, as of when something was taken last. */
  get owedMs(): number {
    return this.#left < 0 ? -this.#left / this.#perMs : 0
  }
}
