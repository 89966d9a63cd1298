import type { Clock } from './clock.ts'

/** How long this instance may act for what it holds, by its own clock. It runs out by itself, without any timer. */
export class Lease {
  readonly #clock: Clock
  readonly #ttlMs: number
  #deadline = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock
    this.#ttlMs = ttlMs
  }

  get current(): boolean {
    return this.#clock.now() < this.#deadline
  }

  /** The store granted it anew on a request sent at `sentAt`: it can't have counted from an earlier moment. */
  renew(sentAt: number): void {
    this.#deadline = Math.max(this.#deadline, sentAt + this.#ttlMs)
  }

  end(): void {
    this.#deadline = Number.NEGATIVE_INFINITY
  }
}
