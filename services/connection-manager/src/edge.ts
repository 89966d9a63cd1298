import type { Taps } from '@heliograph/live-trace'
import type { Hosts, Router } from '@heliograph/ownership'
import type { Accounts } from '@heliograph/rpc'
import type { AnonymousContext, Bearers, Credentials, Tokens, Upgrades } from '@heliograph/sasl'
import type { Flusher } from '@heliograph/streams'
import type { Logger, Tracing } from '@heliograph/telemetry'
import type { UploadEndpoint } from '@heliograph/uploads'
import type { CoarseClock } from './clock.ts'
import type { EdgeConfig } from './config.ts'
import type { Connection } from './connection.ts'
import type { Connections } from './connections.ts'
import type { Crowd } from './custody/crowd.ts'
import type { EdgeEvents } from './events.ts'
import type { TlsUpgrade } from './listeners/tls.ts'
import type { Departed } from './owners/departed.ts'
import type { Epochs } from './owners/epochs.ts'
import type { Gone } from './owners/gone.ts'
import type { ServerCapabilities } from './stream/server-capabilities.ts'
import type { EventsEndpoint } from './web/events-endpoint.ts'
import type { Asking } from './web/question-page.ts'

/** Everything an edge is made of; built in `service.ts`, reached through each connection. */
export interface Edge {
  /** Id of this instance. */
  readonly instance: string
  readonly config: EdgeConfig
  readonly log: Logger
  readonly events: EdgeEvents
  readonly tracing: Tracing
  readonly taps: Taps
  readonly hosts: Hosts
  readonly router: Router
  readonly credentials: Credentials
  readonly tokens: Tokens
  readonly upgrades: Upgrades
  readonly bearers: Bearers
  readonly anonymous: AnonymousContext
  readonly accounts: Accounts
  /** Those who ask in the name of rooms; undefined where rooms ask nothing. */
  readonly asking: Asking | undefined
  readonly capabilities: Pick<ServerCapabilities, 'featureOf'>
  readonly tls: TlsUpgrade
  readonly clock: CoarseClock
  readonly connections: Connections
  readonly crowd: Crowd
  readonly departed: Departed
  readonly gone: Gone
  /** Those whose client waits for an answer to `<r/>`. */
  readonly answers: Set<Connection>
  /** Those that aren't read because their user sends too much. */
  readonly shaped: Set<Connection>
  readonly flusher: Flusher
  readonly epochs: Epochs
  /** Undefined where users can't upload files. */
  readonly uploads: UploadEndpoint | undefined
  /** Undefined where no other system publishes to nodes. */
  readonly sources: EventsEndpoint | undefined
}
