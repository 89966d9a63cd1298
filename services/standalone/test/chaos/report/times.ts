/** A distribution of times, ms. */
export interface Times {
  readonly count: number
  readonly median: number
  readonly p99: number
  readonly most: number
}

export function timesOf(values: readonly number[]): Times {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)
  return { count: sorted.length, median: at(0.5), p99: at(0.99), most: Math.round(sorted.at(-1) ?? 0) }
}
