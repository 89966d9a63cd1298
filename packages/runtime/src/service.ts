import type { HeliographConfig } from '@heliograph/config'
import type { Migration } from '@heliograph/database'
import type { Declaration } from '@heliograph/module'
import type { ServedContract } from '@heliograph/rpc'
import type { ServiceContext } from './context.ts'

/** Why an instance can't serve now, one short sentence each; empty when it can. */
export type ReadinessProblems = readonly string[]

/** What a service leans on: readiness proves it, and nothing else is connected. */
export type Need = 'bus' | 'liveState' | 'database'

/** An address in the section `listen`. */
export type ListenerName = Exclude<keyof HeliographConfig['listen'], 'advertiseHost'>

/** One of the services, as its composition root declares it. */
export interface Service {
  /** Its part of the instance id, its telemetry and its leases: `session`, `muc` … */
  readonly name: string
  readonly needs: readonly Need[]
  /** What it leans on besides, as it is configured. */
  readonly needsWith?: (config: HeliographConfig) => readonly Need[]
  /** Its tables, which are there before it is started. */
  readonly migrations?: readonly Migration[]
  /** Where it listens, by the options' names; before anything is started it is made sure that these addresses are free. */
  readonly listens?: readonly ListenerName[]
  /** What it can do, for the table of capabilities. */
  readonly modules?: readonly Declaration[]
  /**
   * Starts and resolves once it serves. `signal` aborts when the process must stop before that; what was begun is undone
   * when this rejects.
   *
   * @throws what makes it impossible to serve; the process then stops.
   */
  start(context: ServiceContext, signal: AbortSignal): Promise<RunningService>
}

export function needsOf({ needs, needsWith }: Service, config: HeliographConfig): readonly Need[] {
  return [...needs, ...(needsWith?.(config) ?? [])]
}

/** A service that serves. Disposing releases its leases and closes what it holds; it comes after `drain`, or without it. */
export interface RunningService extends AsyncDisposable {
  /** Its listeners, name → `host:port` as bound. */
  readonly addresses?: Readonly<Record<string, string>>
  /** gRPC services it answers. */
  readonly rpc?: readonly ServedContract[]
  /** What keeps it from serving, beside the paths it needs. */
  ready(): Promise<ReadinessProblems>
  /**
   * Stops accepting, then hands over what it holds, at the configured pace. Resolves when nothing is left; once `signal`
   * aborts, the time is up and it resolves as soon as it can.
   */
  drain(signal: AbortSignal): Promise<void>
}
