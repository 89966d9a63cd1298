import type { Links } from '@heliograph/bus'
import type { HeliographConfig, LiveConfig } from '@heliograph/config'
import type { Database } from '@heliograph/database'
import type { LiveState } from '@heliograph/live-state'
import type { Taps } from '@heliograph/live-trace'
import type { RpcClients, WrongTokens } from '@heliograph/rpc'
import type { Telemetry } from '@heliograph/telemetry'

/** What a service is given. The ports it didn't ask for in `needs` throw when they are read. */
export interface ServiceContext {
  /** As it was at the start. */
  readonly config: HeliographConfig
  /** For those options that may change. */
  readonly live: LiveConfig
  /** `<service>-<host>-<random>`; a restart is another instance. */
  readonly instance: string
  readonly telemetry: Telemetry
  readonly links: Links
  readonly liveState: LiveState
  readonly database: Database
  /** Told of the stanzas of users, while somebody watches them. */
  readonly taps: Taps
  /** Tokens for administration that nobody knows, over gRPC and HTTP. */
  readonly wrongTokens: WrongTokens
  /** Channels to other instances, shared by the process. */
  readonly rpc: RpcClients
  /** `host:port` by which other instances reach this process's gRPC server; empty when it has none. */
  readonly rpcAddress: string
  /**
   * This instance can't go on under its id (its lease lapsed, or it was shut out of the database): the process stops without draining
   * and with a failure, for its supervisor to start another.
   */
  readonly abandon: (reason: string) => void
}
