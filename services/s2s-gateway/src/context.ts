import type { HeliographConfig } from '@heliograph/config'
import type { Hosts, Ownership, Router } from '@heliograph/ownership'
import type { Flusher } from '@heliograph/streams'
import type { Logger, Metrics, Tracing } from '@heliograph/telemetry'

/** What both halves of a gateway are given; built in `service.ts`. */
export interface GatewayContext {
  /** Id of this instance. */
  readonly instance: string
  readonly config: HeliographConfig
  readonly log: Logger
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly hosts: Hosts
  readonly router: Router
  readonly ownership: Ownership
  readonly flusher: Flusher
}
