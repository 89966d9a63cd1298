import type { Tally } from '../measure/flow-ledger.ts'
import type { Job } from '../scenarios/load.ts'

/** What the rig tells a generator process; each command is answered once, in order. */
export type Command =
  | { readonly do: 'prepare'; readonly job: Job }
  | { readonly do: 'start' }
  | { readonly do: 'finish' }
  | { readonly do: 'mark' }
  | { readonly do: 'stop' }
  | { readonly do: 'close' }

/** A reading of a generator at one moment; latencies are those since the last reading. */
export interface Mark {
  readonly delivered: number
  readonly latency: ReadonlyArray<readonly [number, number]>
  /** CPU µs of the whole generator process since its start, and of its main thread alone. */
  readonly cpuMicros: number
  readonly mainThreadMicros: number
}

/** A generator's answer: a reading for `mark`, the account for `stop`, nothing for the rest, or what went wrong. */
export type Answer = { readonly mark?: Mark; readonly tally?: Tally; readonly error?: string }
