import { addressGroup } from '@heliograph/streams'
import type { Telemetry } from '@heliograph/telemetry'

const TRIES = 10
const WINDOW_MS = 60_000
/** Addresses that are remembered; the one that was wrong first makes room. */
const MOST_ADDRESSES = 10_000

interface Tries {
  readonly until: number
  count: number
}

/** Wrong tokens for administration by client address, at one process, over gRPC and over HTTP: after ten within a minute none from there is looked at until it is over. */
export class WrongTokens {
  readonly #log: Telemetry['log']
  readonly #now: () => number
  readonly #unknown: { add(): void }
  readonly #throttled: { add(): void }
  readonly #tries = new Map<string, Tries>()

  /** @param now monotonic milliseconds */
  constructor({ log, metrics }: Pick<Telemetry, 'log' | 'metrics'>, now: () => number = () => performance.now()) {
    const counter = (reason: string) =>
      metrics.counter('heliograph_admin_tokens_refused_total', 'Tokens for administration that were refused', {
        reason,
      })
    this.#log = log
    this.#now = now
    this.#unknown = counter('unknown')
    this.#throttled = counter('throttled')
  }

  /** For how many seconds a token from this address isn't to be looked at, right or wrong; 0: it may be. It is counted as refused. */
  wait(address: string): number {
    const tries = this.#current(addressGroup(address))
    if (tries === undefined || tries.count < TRIES) return 0
    this.#throttled.add()
    return Math.ceil((tries.until - this.#now()) / 1_000)
  }

  /** A token from this address that nobody knows. */
  note(address: string, via: 'grpc' | 'http'): void {
    this.#unknown.add()
    const group = addressGroup(address)
    const tries = this.#current(group) ?? this.#begin(group)
    tries.count++
    // Once a window: a line for each try would let whoever guesses fill the log.
    if (tries.count === TRIES)
      this.#log.warn('admin_throttled', { via, peer: group, tries: TRIES, seconds: WINDOW_MS / 1_000 })
  }

  #begin(group: string): Tries {
    const begun = { until: this.#now() + WINDOW_MS, count: 0 }
    this.#tries.delete(group)
    this.#tries.set(group, begun)
    const [oldest] = this.#tries.keys()
    if (this.#tries.size > MOST_ADDRESSES) this.#tries.delete(oldest!)
    return begun
  }

  #current(group: string): Tries | undefined {
    const tries = this.#tries.get(group)
    return tries !== undefined && this.#now() < tries.until ? tries : undefined
  }
}
