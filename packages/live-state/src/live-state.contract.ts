import { countersContract } from './counters.contract.ts'
import { leasesContract } from './leases.contract.ts'
import type { LiveState } from './live-state.ts'
import { recordsContract } from './records.contract.ts'

/** An empty store under test. Its leases run out. */
export interface LiveStateSubject extends AsyncDisposable {
  readonly state: LiveState
  /** Lets store time pass. */
  pass(ms: number): Promise<void>
  /** The store restarts with empty memory. */
  empty(): Promise<void>
}

/** What every implementation of LiveState has to do. */
export function liveStateContract(name: string, make: () => Promise<LiveStateSubject>): void {
  leasesContract(name, make)
  recordsContract(name, make)
  countersContract(name, make)
}
