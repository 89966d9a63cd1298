import type { Account, Endpoint, Security } from '../client/endpoint.ts'
import type { Roots } from '../measure/process-groups.ts'

/** What rows need of a server before it starts. */
export interface Setup {
  /** Whether every message is archived (in Postgres). */
  readonly archive: boolean
  /** Users that must exist before the first client comes. */
  readonly accounts: readonly Account[]
}

/** A server that runs. Disposing of it stops everything that was started for it. */
export interface RunningTarget extends AsyncDisposable {
  /** Where clients may connect: one, or several that they are spread over evenly. Never empty. */
  endpoints(security: Security): readonly Endpoint[]
  /** The processes to be measured: everything that serves. */
  roots(): Roots
}

/** A kind of server that can be measured. */
export interface Target {
  readonly name: string
  /** Ours are compared with the best of the others. */
  readonly peer: boolean
  /** The server's version as it is to stand in the report. */
  version(): Promise<string>
  start(setup: Setup): Promise<RunningTarget>
}
