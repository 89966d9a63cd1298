/** Counts observations into buckets with fixed upper bounds (inclusive). */
export interface Histogram {
  /** Records one observation; no allocation. */
  record(value: number): void
  readonly count: number
  readonly sum: number
  /** Ascending, finite. */
  readonly boundaries: readonly number[]
  /** One more than the boundaries: the last counts what was above all of them. */
  readonly counts: readonly number[]
}

/** Upper bounds in seconds that suit anything from a tick to a time-out. */
export const secondsBuckets: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
]

export class BucketHistogram implements Histogram {
  count = 0
  sum = 0
  readonly boundaries: readonly number[]
  readonly counts: number[]

  /** @throws RangeError when the boundaries aren't finite and ascending. */
  constructor(boundaries: readonly number[]) {
    const sorted = boundaries.every((bound, at) => Number.isFinite(bound) && (at === 0 || bound > boundaries[at - 1]!))
    if (!sorted) throw new RangeError('histogram buckets must be finite and ascending')
    this.boundaries = boundaries
    this.counts = new Array<number>(boundaries.length + 1).fill(0)
  }

  record(value: number): void {
    const { boundaries } = this
    let at = 0
    while (at < boundaries.length && value > boundaries[at]!) at++
    this.counts[at]!++
    this.count++
    this.sum += value
  }
}
