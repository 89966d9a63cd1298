/** One micro benchmark: a file `NAME.bench.ts` in this folder exports an array `benchmarks` of them. */
export interface Benchmark {
  readonly name: string
  /** Does the work of `operations` operations (1 by default); what it returns is used, so that it is not optimised away. */
  readonly run: () => unknown
  readonly operations?: number
  /** CPU µs per operation it must not exceed with `--check`; leave room for a slower machine. */
  readonly limitMicros?: number
}
