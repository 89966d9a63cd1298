const maxSilentMs = 1000
const firstAbsentMs = 50
const maxAbsentMs = 250

/** When to send again: after a time learned from round trips (as RFC 6298 has it), then ever more slowly. Times in milliseconds. */
export class Pace {
  readonly #leastMs: number
  #smoothed = 0
  #variation = 0
  #waitMs: number
  #dueAt = Number.POSITIVE_INFINITY
  #absentSince = Number.POSITIVE_INFINITY

  constructor(leastMs: number) {
    this.#leastMs = leastMs
    this.#waitMs = leastMs
  }

  /** How long an answer usually takes. */
  get roundTrip(): number {
    return this.#smoothed
  }

  get isAbsent(): boolean {
    return this.#absentSince < Number.POSITIVE_INFINITY
  }

  /** Infinity while the peer isn't known to be absent. */
  get absentSince(): number {
    return this.#absentSince
  }

  sample(roundTrip: number): void {
    if (this.#smoothed === 0) {
      this.#smoothed = roundTrip
      this.#variation = roundTrip / 2
      return
    }
    this.#variation += (Math.abs(roundTrip - this.#smoothed) - this.#variation) / 4
    this.#smoothed += (roundTrip - this.#smoothed) / 8
  }

  isDue(now: number): boolean {
    return now >= this.#dueAt
  }

  /** Counts from now, as for a peer that answers. */
  restart(now: number): void {
    this.#absentSince = Number.POSITIVE_INFINITY
    this.#waitMs = Math.max(this.#leastMs, Math.min(this.#smoothed + 4 * this.#variation, maxSilentMs))
    this.#dueAt = now + this.#waitMs
  }

  /** The peer isn't there: it may be starting, so try soon. */
  beginAbsent(now: number): void {
    this.#absentSince = now
    this.#waitMs = firstAbsentMs
    this.#dueAt = now + firstAbsentMs
  }

  /** Still no answer. */
  slower(now: number): void {
    this.#waitMs = Math.min(this.#waitMs * 2, this.isAbsent ? maxAbsentMs : maxSilentMs)
    this.#dueAt = now + this.#waitMs
  }
}
