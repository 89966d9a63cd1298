/** What was sent and what arrived, in stanzas; sums over clients and over generator processes. */
export interface Tally {
  /** Deliveries that the stanzas sent should have caused. */
  readonly expected: number
  /** Deliveries that arrived, each counted once. */
  readonly received: number
  readonly duplicated: number
  readonly reordered: number
  /** Error stanzas, lost connections, stanzas never acknowledged. */
  readonly errors: number
}

export const EMPTY_TALLY: Tally = { expected: 0, received: 0, duplicated: 0, reordered: 0, errors: 0 }

/** Sums two tallies. */
export function addTallies(a: Tally, b: Tally): Tally {
  return {
    expected: a.expected + b.expected,
    received: a.received + b.received,
    duplicated: a.duplicated + b.duplicated,
    reordered: a.reordered + b.reordered,
    errors: a.errors + b.errors,
  }
}

/** One ordered flow from a sender to a receiver, numbered 1, 2, 3 …, as its receiver sees it. */
export class FlowLedger {
  readonly #missing = new Set<number>()
  #highest = 0
  #received = 0
  #duplicated = 0
  #reordered = 0

  /** Takes the arrival of number `seq`; false when it had arrived before. */
  take(seq: number): boolean {
    if (seq <= this.#highest && !this.#missing.delete(seq)) {
      this.#duplicated += 1
      return false
    }
    this.#received += 1
    if (seq <= this.#highest) {
      this.#reordered += 1
      return true
    }
    for (let skipped = this.#highest + 1; skipped < seq; skipped++) this.#missing.add(skipped)
    this.#highest = seq
    return true
  }

  /** What arrived so far; `expected` is how many were sent into this flow, when its receiver knows. */
  tally(expected = 0): Tally {
    return {
      expected,
      received: this.#received,
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      errors: 0,
    }
  }
}
