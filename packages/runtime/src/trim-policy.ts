/** A process at one moment. */
export interface Sample {
  /** Milliseconds. */
  readonly at: number
  /** CPU µs of all threads since the sample before. */
  readonly cpuMicros: number
  /** Resident bytes. */
  readonly resident: number
  /** Used bytes of the heap without its young generation. */
  readonly live: number
}

const MIB = 1024 * 1024
/** Share of a core below which a process is quiet: a standalone server without traffic takes a third of it. */
const QUIET_SHARE = 0.03
/** A pause between two bursts isn't quiet yet: the collection also drops compiled code, which the next burst would pay for. */
const QUIET_MS = 30_000
/** What it must have grown by, for a pause to be worth it. */
const GROWN = 12 * MIB
/** The pause grows with the heap, some 3 ms a MiB; an owner's lease lasts 3 s. */
const LIVE_BOUND = 96 * MIB
const EVERY_MS = 60_000

/** When a process is to give memory back: quiet for a while, grown since it last did, and not so large that it would be felt. */
export class TrimPolicy {
  #before = Number.NaN
  #quietSince: number | undefined
  #trimmedAt = Number.NEGATIVE_INFINITY
  #least = 0

  /** Is told of the process at regular times. */
  due({ at, cpuMicros, resident, live }: Sample): boolean {
    const quiet = cpuMicros < (at - this.#before) * 1000 * QUIET_SHARE
    if (!quiet) this.#quietSince = undefined
    else this.#quietSince ??= this.#before
    this.#before = at
    if (this.#quietSince === undefined || at - this.#quietSince < QUIET_MS) return false
    // Allocators give back more by and by.
    this.#least = Math.min(this.#least, resident)
    return resident - this.#least >= GROWN && live <= LIVE_BOUND && at - this.#trimmedAt >= EVERY_MS
  }

  /** It wasn't done: to be tried again after another while of quiet. */
  putOff(): void {
    this.#quietSince = undefined
  }

  /** Memory was given back; the process is like this now. */
  trimmed({ at, resident }: Sample): void {
    this.#trimmedAt = at
    this.#before = at
    this.#least = resident
  }
}
