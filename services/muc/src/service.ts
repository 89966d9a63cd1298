import { archiveMigrations } from '@heliograph/archive'
import { BLOCK_LISTS_CHANGED, blockListMigrations, ListedAddresses, PostgresListStore } from '@heliograph/block-lists'
import { Kind } from '@heliograph/bus'
import { follow } from '@heliograph/config'
import { ACCOUNTS_CHANGED } from '@heliograph/departures'
import { followHosts, joinCluster, type RunningService, type Service, type ServiceContext } from '@heliograph/runtime'
import { mucConfig } from './config.ts'
import { removeListed } from './entering/remove-listed.ts'
import { roomModules } from './iqs/modules.ts'
import { MucService } from './muc-service.ts'
import { OccupantIds, occupantIdMigrations } from './occupant-ids.ts'
import { roomsRpc } from './rpc/rooms-rpc.ts'
import { roomMigrations } from './store/migrations.ts'

/** Owners of rooms: who is in them, what is said in them, their archives. */
export const muc: Service = {
  name: 'muc',
  needs: ['bus', 'liveState', 'database'],
  migrations: [...archiveMigrations, ...roomMigrations, ...occupantIdMigrations, ...blockListMigrations],
  modules: roomModules,
  start,
}

async function start(host: ServiceContext): Promise<RunningService> {
  const { database: db, liveState: live, telemetry } = host
  // A room keeps what it was made with.
  const config = follow(host.live, mucConfig, ['defaults'])
  const listed = await ListedAddresses.open({
    store: new PostgresListStore(db),
    lists: config.blockLists,
    log: telemetry.log,
    onListed: (isNew) => removeListed(service.context, isNew),
  })
  host.links.listen(BLOCK_LISTS_CHANGED, () => listed.refresh())
  const service: MucService = new MucService({
    config,
    listed,
    log: telemetry.log,
    metrics: telemetry.metrics,
    tracing: telemetry.tracer,
    hosts: followHosts(host.live),
    db,
    live,
    occupantIds: await OccupantIds.open(db),
    onFenced: () => host.abandon('another instance shut this one out of the database'),
  })
  const membership = joinCluster(host, {
    kind: Kind.room,
    watch: [Kind.user, Kind.node, Kind.domain],
    tenancy: service.tenancy,
  })
  service.attach(membership)
  host.links.listen(ACCOUNTS_CHANGED, () => service.accountsChanged())
  host.live.onChange(() => () => listed.setLists(config.blockLists))
  await membership.ownership.start()
  return {
    rpc: [roomsRpc(service.context, host.rpc)],
    ready: async () => membership.problems(),
    drain: (signal) => membership.leave(signal),
    async [Symbol.asyncDispose]() {
      listed[Symbol.dispose]()
      await service[Symbol.asyncDispose]()
      await membership[Symbol.asyncDispose]()
    },
  }
}
