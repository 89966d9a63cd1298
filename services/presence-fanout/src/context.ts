import type { BareJid } from '@heliograph/jid'
import type { Hosts, Ownership, Router } from '@heliograph/ownership'
import type { RosterStore } from '@heliograph/roster'
import type { Logger, Tracing } from '@heliograph/telemetry'
import type { FanoutConfig } from './config.ts'
import type { FanoutEvents } from './events.ts'

/** Everything the presence-fanout service is made of. */
export interface FanoutContext {
  readonly config: FanoutConfig
  readonly log: Logger
  readonly tracing: Tracing
  readonly events: FanoutEvents
  readonly hosts: Hosts
  readonly router: Router
  readonly ownership: Ownership
  readonly rosters: Pick<RosterStore, 'watchers'>
  readonly partitionOf: (publisher: BareJid) => number
  /** Whether this instance owns the publisher now. */
  readonly serves: (publisher: BareJid) => boolean
}
