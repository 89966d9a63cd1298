import { Haste } from '../envelope.ts'

/**
 * Least time between two departures to an instance over a bus. Measured with 1000 messages a second between 400 users of one edge and one
 * owner, all µs of CPU a message and p50 in ms: 404 and 0.7 when each turn leaves by itself, 360 and 1.8 with 1 ms, 369 and 2.4 with 2 ms, 313
 * and 3.5 with 3 ms (on a busy machine: the CPU differs by 10 % from run to run).
 */
export const turnMs = 1
/** Least time between two departures to one instance, where all that leaves can wait. */
const gatherMs = 20
/**
 * The same for what many are told. 200 messages a second to ten occupants each cost a frame each on four hops otherwise, and those more than
 * all else that is done for them. Most of it is waited where they come in, so that frames find the way clear where they are passed on: with
 * 15 and 5 ms the median took 13.5 ms, with 10 ms on each hop 20.5, for more CPU.
 */
const shareMs = 15
const onwardMs = 5
const collectMs = 50
/** How long at most something waits for a ride: longer than those, so that one comes where there is traffic. */
const rideMs = 75

/** The way to one instance, as far as departures go; times in monotonic milliseconds. */
export interface Paced {
  /** When something last left. */
  leftAt: number
  /** When what waits is to leave; infinity when nothing does. */
  dueAt: number
}

/**
 * Holds back what can wait, so that it leaves together: a message alone costs sender, bus and receiver far more than one among others.
 * After a quiet spell what is gathered or collected doesn't wait at all.
 */
export class Cadence<T extends Paced> implements Disposable {
  readonly #release: (way: T) => void
  readonly #clock: () => number
  readonly #leastMs: number
  readonly #waiting = new Set<T>()
  #timer: NodeJS.Timeout | undefined
  #wakesAt = Number.POSITIVE_INFINITY

  /**
   * `release` is called when what waits for a way is to leave in this turn. `leastMs`: the least time between two departures, whatever the haste.
   * `clock` gives monotonic milliseconds.
   */
  constructor(release: (way: T) => void, leastMs = 0, clock = () => performance.now()) {
    this.#release = release
    this.#leastMs = leastMs
    this.#clock = clock
  }

  /** True when something queued just now is to leave in this turn. Otherwise it will be released in time. */
  isDue(way: T, haste: Haste): boolean {
    if (this.#leastMs === 0 && (haste === Haste.turn || haste === Haste.share || haste === Haste.onward)) return true
    const now = this.#clock()
    const at = haste === Haste.ride ? now + rideMs : way.leftAt + this.#between(haste)
    if (at <= now) return true
    if (at < way.dueAt) {
      way.dueAt = at
      this.#waiting.add(way)
      this.#wake(at, now)
    }
    return false
  }

  /** Everything queued for this way has left. */
  left(way: T, now: number): void {
    way.leftAt = now
    if (way.dueAt === Number.POSITIVE_INFINITY) return
    way.dueAt = Number.POSITIVE_INFINITY
    this.#waiting.delete(way)
  }

  /** Lets everything go now. */
  releaseAll(): void {
    for (const way of this.#waiting) this.#release(way)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#waiting.clear()
  }

  #between(haste: Haste): number {
    if (haste === Haste.turn) return this.#leastMs
    if (haste === Haste.share) return Math.max(shareMs, this.#leastMs)
    if (haste === Haste.onward) return Math.max(onwardMs, this.#leastMs)
    return haste === Haste.gather ? gatherMs : collectMs
  }

  #wake(at: number, now: number): void {
    if (at >= this.#wakesAt) return
    clearTimeout(this.#timer)
    this.#wakesAt = at
    this.#timer = setTimeout(this.#check, at - now)
  }

  readonly #check = (): void => {
    this.#wakesAt = Number.POSITIVE_INFINITY
    // Timers count in whole milliseconds.
    const now = this.#clock() + 1
    let next = Number.POSITIVE_INFINITY
    for (const way of this.#waiting) {
      if (way.dueAt <= now) this.#release(way)
      else next = Math.min(next, way.dueAt)
    }
    if (next < Number.POSITIVE_INFINITY) this.#wake(next, now)
  }
}
