import type { Account, Endpoint } from '../client/endpoint.ts'
import type { Tally } from '../measure/flow-ledger.ts'
import type { LatencyHistogram } from '../measure/latency-histogram.ts'

/** Numbers and switches a scenario is run with; each scenario reads its own and has defaults. */
export type LoadParams = Readonly<Record<string, number | boolean>>

/** One generator process's part of a scenario. */
export interface Job {
  readonly scenario: string
  readonly domain: string
  /** Users are spread evenly over them. */
  readonly endpoints: readonly Endpoint[]
  /** All users of the scenario, over all generator processes. */
  readonly accounts: readonly Account[]
  readonly params: LoadParams
  /** This process's number and how many there are. */
  readonly share: { readonly index: number; readonly count: number }
}

/**
 * A load on a server, in the order its methods are called. `delivered` and `latency` may be read at any time; a load of
 * fixed size says through `finished` when it is done, any other runs until `stop`.
 */
export interface Load {
  readonly latency: LatencyHistogram
  readonly finished: Promise<void> | undefined
  /** Logs in and sets up whatever must stand before traffic. */
  prepare(): Promise<void>
  /** Begins the traffic. */
  start(): void
  /** Units (stanzas, logins, sessions, pages) delivered since the start. */
  delivered(): number
  /** Ends the traffic, waits (bounded) for what is under way, and gives the account. */
  stop(): Promise<Tally>
  close(): Promise<void>
}

/** A numeric parameter or its default. */
export function numberParam(params: LoadParams, name: string, fallback: number): number {
  const value = params[name]
  return typeof value === 'number' ? value : fallback
}

/** This process's contiguous part of `items`, cut at multiples of `unit`. */
export function shareOf<T>(items: readonly T[], share: Job['share'], unit = 1): readonly T[] {
  const units = Math.floor(items.length / unit)
  const from = Math.floor((units * share.index) / share.count) * unit
  const to = Math.floor((units * (share.index + 1)) / share.count) * unit
  return items.slice(from, to)
}
