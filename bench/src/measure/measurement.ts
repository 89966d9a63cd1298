/** What one run of a row showed. */
export interface Measurement {
  readonly units: number
  readonly seconds: number
  /** Units per second that the load was to make, if it was to keep to a rate. */
  readonly asked: number | undefined
  /** Per unit, by process group: CPU µs, or KiB for sessions. */
  readonly figures: ReadonlyMap<string, number>
  readonly p50Micros: number
  readonly p99Micros: number
  readonly lost: number
  readonly duplicated: number
  readonly reordered: number
  readonly errors: number
  readonly generatorMicros: number
  /** Share of the window that the busiest generator's main thread had a CPU. */
  readonly generatorBusy: number
}

/** The figure of merit: the sum over all groups. */
export function total(measurement: Measurement): number {
  return [...measurement.figures.values()].reduce((sum, figure) => sum + figure, 0)
}

/** The run whose total is the median, with the faults of all runs summed: one bad run must not hide. */
export function medianOf(runs: readonly Measurement[]): Measurement {
  const sorted = [...runs].sort((a, b) => total(a) - total(b))
  const median = sorted[Math.floor((sorted.length - 1) / 2)]
  if (median === undefined) throw new Error('no runs')
  const sum = (pick: (run: Measurement) => number): number => runs.reduce((all, run) => all + pick(run), 0)
  return {
    ...median,
    lost: sum((run) => run.lost),
    duplicated: sum((run) => run.duplicated),
    reordered: sum((run) => run.reordered),
    errors: sum((run) => run.errors),
  }
}
