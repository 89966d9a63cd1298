import { IdClock } from '@heliograph/archive'
import type { ListedAddresses } from '@heliograph/block-lists'
import { Kind } from '@heliograph/bus'
import type { Database } from '@heliograph/database'
import { DepartedAccounts } from '@heliograph/departures'
import { Distribution } from '@heliograph/distribution'
import type { LiveState } from '@heliograph/live-state'
import { Registry } from '@heliograph/module'
import type { Hosts, Ownership, Router, Tenancy } from '@heliograph/ownership'
import type { Logger, Metrics, Tracing } from '@heliograph/telemetry'
import { PostgresRoomArchive } from './archive/postgres-room-archive.ts'
import type { MucConfig } from './config.ts'
import type { MucContext } from './context.ts'
import { forgetDeparted } from './departed/forget-departed.ts'
import { handle, receive } from './dispatch.ts'
import { Challenges } from './entering/challenges.ts'
import { mucEvents } from './events.ts'
import { roomModules } from './iqs/modules.ts'
import { observeRooms } from './observe-rooms.ts'
import type { OccupantIds } from './occupant-ids.ts'
import { Carrier } from './recovery/carrier.ts'
import { loadPartition } from './recovery/load-partition.ts'
import { restoreRecords } from './recovery/restore-records.ts'
import { RoomRecords } from './recovery/room-records.ts'
import { settlePartition, unloadPartition } from './recovery/unload-partition.ts'
import { Room } from './room.ts'
import { Rooms } from './rooms.ts'
import { SearchTurns } from './search/search-turns.ts'
import { PostgresRoomStore } from './store/postgres-room-store.ts'
import { sweep } from './sweep.ts'

const SWEEP_MS = 1_000

/** What the muc service is given. */
export interface MucParts {
  readonly config: MucConfig
  readonly log: Logger
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly hosts: Hosts
  readonly db: Database
  readonly live: LiveState
  readonly occupantIds: OccupantIds
  readonly listed: ListedAddresses
  /** Another instance wrote in Postgres that this one is shut out: it must start again as another instance. */
  readonly onFenced: () => void
}

/** Owners of rooms. `tenancy` is handed to ownership, then `attach` begins the work. */
export class MucService {
  readonly tenancy: Tenancy
  readonly #parts: MucParts
  #context: MucContext | undefined
  #distribution: Distribution | undefined
  #archive: PostgresRoomArchive | undefined
  #departed: DepartedAccounts | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(parts: MucParts) {
    this.#parts = parts
    const { live, db } = parts
    this.tenancy = {
      load: (partition, epoch, usurped) => loadPartition(this.context, { live, partition, epoch, usurped }),
      settle: (partition) => settlePartition(this.context, partition),
      unload: (partition, reason) => unloadPartition(this.context, partition, reason),
      restore: (partition) => restoreRecords(this.context, partition),
      fence: async (instances) => {
        for (const instance of instances) await db.fence(instance)
      },
    }
  }

  get context(): MucContext {
    if (!this.#context) throw new Error('the muc service is not attached yet')
    return this.#context
  }

  attach({ router, ownership }: { readonly router: Router; readonly ownership: Ownership }): void {
    const { hosts, metrics, db, log, config, onFenced } = this.#parts
    const distribution = new Distribution({ router, ownership, hosts, metrics })
    const { degradeAfterMs, queueBytes: maxBytes } = config.archive
    const archive = new PostgresRoomArchive({ db, log, degradeAfterMs, maxBytes, onFenced })
    const context = buildContext(this.#parts, { router, ownership, archive, distribution })
    this.#context = context
    this.#distribution = distribution
    this.#archive = archive
    router.serve((envelope, from) => receive(context, envelope, from))
    observeRooms(context, metrics)
    this.#departed = new DepartedAccounts({ db, log, onDeparted: (users) => forgetDeparted(context, users) })
    this.#timer = setInterval(() => {
      archive.watch()
      sweep(context, performance.now())
    }, SWEEP_MS)
  }

  /** An account was made, changed or deleted. */
  accountsChanged(): void {
    this.#departed?.refresh()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#departed?.[Symbol.dispose]()
    await this.#archive?.[Symbol.asyncDispose]()
    this.#context?.carrier[Symbol.dispose]()
    this.#context?.records[Symbol.dispose]()
    this.#distribution?.[Symbol.dispose]()
  }
}

interface Made {
  readonly router: Router
  readonly ownership: Ownership
  readonly archive: PostgresRoomArchive
  readonly distribution: Distribution
}

function buildContext(parts: MucParts, { router, ownership, archive, distribution }: Made): MucContext {
  const { config, log, tracing, hosts, occupantIds, listed, metrics } = parts
  const records = new RoomRecords(parts.live, ownership, log)
  const context: MucContext = {
    ...{ config, log, tracing, hosts, occupantIds, listed, router, ownership, archive },
    events: mucEvents(metrics),
    clock: new IdClock(),
    store: new PostgresRoomStore(parts.db),
    records,
    carrier: new Carrier(records, config.archive.queueBytes),
    searches: new SearchTurns(),
    challenges: new Challenges({
      get questions() {
        return config.questions
      },
      counters: parts.live,
      mark: occupantIds.markOfQuestion,
    }),
    modules: new Registry(roomModules),
    rooms: new Rooms(
      (jid, partition) =>
        new Room({
          jid,
          partition,
          lane: distribution.lane({ kind: Kind.room, key: jid }),
          bound: config.mailboxBound,
          handle: (room, work) => handle(context, room, work),
          failed: (room, error) => log.error('mailbox_item_failed', { room: room.jid, error }),
        }),
    ),
  }
  return context
}
