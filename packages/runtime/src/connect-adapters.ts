import type { HeliographConfig } from '@heliograph/config'
import type { Telemetry } from '@heliograph/telemetry'
import type { Adapters } from './adapters.ts'
import { clusterAdapters } from './cluster-adapters.ts'
import type { Need } from './service.ts'
import { standaloneAdapters } from './standalone-adapters.ts'

export interface ConnectOptions {
  readonly config: HeliographConfig
  readonly telemetry: Telemetry
  /** What the services of the process need; nothing else is connected. */
  readonly needs: ReadonlySet<Need>
  /** Ends waiting for servers that aren't there. */
  readonly signal: AbortSignal
  /** Name of the process. */
  readonly instance: string
  /** Something was found by which the process can't go on: it stops, with that reason. */
  readonly abandon: (reason: string) => void
}

/**
 * Opens the outside of a process: NATS, Redis and Postgres in a cluster; in standalone mode the bus and live state of this
 * process, and a Postgres of its own unless the configuration names one.
 *
 * @throws ConfigError when something needed isn't configured, else what a server refuses for good.
 */
export function connectAdapters(options: ConnectOptions): Promise<Adapters> {
  return options.config.mode === 'cluster' ? clusterAdapters(options) : standaloneAdapters(options)
}
