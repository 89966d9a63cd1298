/** Sub-buckets a power of two is divided into: a reported value is at most 1/32 above the true one. */
const RESOLUTION_BITS = 5
const RESOLUTION = 1 << RESOLUTION_BITS
const BUCKETS = RESOLUTION * 28

function bucketOf(value: number): number {
  if (value < RESOLUTION) return value
  const shift = 31 - Math.clz32(value) - RESOLUTION_BITS
  return (shift + 1) * RESOLUTION + ((value >>> shift) - RESOLUTION)
}

function upperBound(bucket: number): number {
  if (bucket < RESOLUTION) return bucket
  const shift = Math.floor(bucket / RESOLUTION) - 1
  return ((bucket % RESOLUTION) + RESOLUTION + 1) * 2 ** shift - 1
}

/** Latencies in µs, counted in log-linear buckets of a fixed size; values over 2³¹ µs count as that. */
export class LatencyHistogram {
  readonly #counts: Float64Array
  #total = 0

  constructor(sparse: ReadonlyArray<readonly [number, number]> = []) {
    this.#counts = new Float64Array(BUCKETS)
    this.#load(sparse)
  }

  get total(): number {
    return this.#total
  }

  /** Counts one latency of `micros` µs. */
  record(micros: number): void {
    const bucket = bucketOf(Math.max(0, Math.min(0x7fffffff, Math.round(micros))))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#total += 1
  }

  /** The latency in µs that the given share of all is at or under; 0 when nothing was counted. */
  quantile(share: number): number {
    const rank = Math.ceil(this.#total * share)
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] ?? 0
      if (seen >= rank && seen > 0) return upperBound(bucket)
    }
    return 0
  }

  /** Adds another histogram's counts. */
  add(other: LatencyHistogram): void {
    this.#load(other.sparse())
  }

  /** The non-empty buckets, to be sent to another process. */
  sparse(): Array<[number, number]> {
    const pairs: Array<[number, number]> = []
    this.#counts.forEach((count, bucket) => {
      if (count > 0) pairs.push([bucket, count])
    })
    return pairs
  }

  reset(): void {
    this.#counts.fill(0)
    this.#total = 0
  }

  #load(sparse: ReadonlyArray<readonly [number, number]>): void {
    for (const [bucket, count] of sparse) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
      this.#total += count
    }
  }
}
