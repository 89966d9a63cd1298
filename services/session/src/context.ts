import type { IdClock, RetentionLimits } from '@heliograph/archive'
import type { ListedAddresses } from '@heliograph/block-lists'
import type { Database } from '@heliograph/database'
import type { Introductions } from '@heliograph/distribution'
import type { Domain } from '@heliograph/jid'
import type { LiveState } from '@heliograph/live-state'
import type { Taps } from '@heliograph/live-trace'
import type { Registry } from '@heliograph/module'
import type { Gate, Hosts, Ownership, Router } from '@heliograph/ownership'
import type { RosterStore } from '@heliograph/roster'
import type { RpcClients } from '@heliograph/rpc'
import type { Logger, Tracing } from '@heliograph/telemetry'
import type { Accounts } from './accounts/accounts.ts'
import type { Archive } from './archive/archive.ts'
import type { ClientCapabilities } from './capabilities/client-capabilities.ts'
import type { OwnCapabilities } from './capabilities/own-capabilities.ts'
import type { CommandRuns } from './commands/command-runs.ts'
import type { CommandSessions } from './commands/command-sessions.ts'
import type { SessionConfig } from './config.ts'
import type { Delegated } from './delegation/delegated.ts'
import type { NestedInfo } from './delegation/nested-info.ts'
import type { SessionEvents } from './events.ts'
import type { Invites } from './invites/invites.ts'
import type { ListKeeper } from './listed/list-keeper.ts'
import type { IqContext } from './modules/iq-context.ts'
import type { OwnRequests } from './pep/own-requests.ts'
import type { Revisions } from './presence/revisions.ts'
import type { Pushes } from './push/pushes.ts'
import type { Departed } from './recovery/departed.ts'
import type { LiveRecords } from './recovery/live-records.ts'
import type { Tenure } from './recovery/tenure.ts'
import type { EarlyParcels } from './rooms/early-parcels.ts'
import type { Announcer } from './standing/announcer.ts'
import type { StandingMessages } from './standing/standing-messages.ts'
import type { UploadLedger } from './uploads/ledger.ts'
import type { Slots } from './uploads/slots.ts'
import type { LastActivity } from './users/last-activity.ts'
import type { Outgoing } from './users/outgoing.ts'
import type { Users } from './users/users.ts'

/** Everything the session service is made of; built in `service.ts`, handed to whoever needs it. */
export interface SessionContext {
  /** Release of the server. */
  readonly version: string
  readonly config: SessionConfig
  readonly log: Logger
  readonly events: SessionEvents
  readonly tracing: Tracing
  readonly taps: Taps
  readonly hosts: Hosts
  readonly router: Router
  readonly ownership: Ownership
  readonly live: LiveState
  readonly db: Database
  readonly clock: IdClock
  readonly users: Users
  readonly accounts: Accounts
  readonly invites: Invites
  /** What was said of how long single users' messages are kept. */
  readonly retention: RetentionLimits
  readonly lastActivity: LastActivity
  readonly rpc: RpcClients
  readonly rosters: RosterStore
  readonly archive: Archive
  readonly records: LiveRecords
  readonly outgoing: Outgoing
  readonly revisions: Revisions
  readonly tenure: Tenure
  /** Who distributes to users here. */
  readonly introductions: Introductions
  /** What came for sessions that edges may still announce. */
  readonly early: EarlyParcels
  /** Many users are loaded at once when clients come back or a partition is taken over: the database isn't flooded. */
  readonly loads: Gate
  /** Edges that are gone. */
  readonly departed: Departed
  /** Of uploads, also of what is left of them while there is no room for more. */
  readonly uploads: UploadLedger
  /** Undefined where users can't upload files. */
  readonly slots: Slots | undefined
  readonly modules: Registry<IqContext>
  /** What the server and its accounts can do. */
  readonly own: {
    readonly server: (domain: Domain) => OwnCapabilities
    readonly account: OwnCapabilities
    readonly anonymous: OwnCapabilities
  }
  /** What components say of what is delegated to them. */
  readonly nested: NestedInfo
  /** Requests that components answer. */
  readonly delegated: Delegated
  /** What clients can do. */
  readonly capabilities: ClientCapabilities
  /** What accounts ask of their nodes by themselves. */
  readonly ownRequests: OwnRequests
  readonly commands: CommandSessions
  readonly commandRuns: CommandRuns
  readonly standing: StandingMessages
  readonly announcer: Announcer
  readonly pushes: Pushes
  /** Who is on real-time block lists, and what keeps those up. */
  readonly listed: ListedAddresses
  readonly lists: ListKeeper
}
