import type { Links } from '@heliograph/bus'
import type { HeliographConfig, LiveConfig } from '@heliograph/config'
import type { Hosts, Ownership, Router } from '@heliograph/ownership'
import type { Flusher } from '@heliograph/streams'
import type { Logger, Metrics, Tracing } from '@heliograph/telemetry'

/** What both halves of a gateway are given; built in `service.ts`. */
export interface GatewayContext {
  /** Id of this instance. */
  readonly instance: string
  /** Renewed in place. */
  readonly config: HeliographConfig
  readonly live: LiveConfig
  readonly log: Logger
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly links: Pick<Links, 'announce' | 'listen'>
  readonly hosts: Hosts
  readonly router: Router
  readonly ownership: Ownership
  readonly flusher: Flusher
}
