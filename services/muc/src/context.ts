import type { IdClock } from '@heliograph/archive'
import type { ListedAddresses } from '@heliograph/block-lists'
import type { Registry } from '@heliograph/module'
import type { Hosts, Ownership, Router } from '@heliograph/ownership'
import type { Logger, Tracing } from '@heliograph/telemetry'
import type { PostgresRoomArchive } from './archive/postgres-room-archive.ts'
import type { MucConfig } from './config.ts'
import type { Challenges } from './entering/challenges.ts'
import type { MucEvents } from './events.ts'
import type { RoomIq } from './iqs/room-iq.ts'
import type { OccupantIds } from './occupant-ids.ts'
import type { Carrier } from './recovery/carrier.ts'
import type { RoomRecords } from './recovery/room-records.ts'
import type { Rooms } from './rooms.ts'
import type { SearchTurns } from './search/search-turns.ts'
import type { RoomStore } from './store/room-store.ts'

/** Everything the muc service is made of; built in `muc-service.ts`, handed to whoever needs it. */
export interface MucContext {
  readonly config: MucConfig
  readonly log: Logger
  readonly events: MucEvents
  readonly tracing: Tracing
  readonly hosts: Hosts
  readonly router: Router
  readonly ownership: Ownership
  readonly clock: IdClock
  readonly rooms: Rooms
  readonly store: RoomStore
  readonly archive: PostgresRoomArchive
  readonly records: RoomRecords
  readonly carrier: Carrier
  readonly occupantIds: OccupantIds
  /** Who is on real-time block lists. */
  readonly listed: ListedAddresses
  /** What is asked of those who want to enter rooms. */
  readonly challenges: Challenges
  /** Searches for rooms. */
  readonly searches: SearchTurns
  readonly modules: Registry<RoomIq>
}
