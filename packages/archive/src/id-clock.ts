/**
 * Microsecond ids that only grow: wall time where that moves on, else the last plus one. One clock an instance, so ids made here for
 * different keys grow too; `after` keeps them above ids made elsewhere before.
 */
export class IdClock {
  #last = 0
  readonly #nowMs: () => number

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
  }

  next(after = 0): number {
    const now = this.#nowMs() * 1000
    const id = Math.max(now, this.#last + 1, after + 1)
    this.#last = id
    return id
  }
}

/** Wall time in milliseconds at which an id was made, to the millisecond while the clock did not run ahead. */
export function idToDate(id: number): Date {
  return new Date(Math.floor(id / 1000))
}
