import { Kind } from '@heliograph/bus'
import { follow } from '@heliograph/config'
import { ACCOUNTS_CHANGED } from '@heliograph/departures'
import { eventMigrations } from '@heliograph/events'
import { rosterMigrations } from '@heliograph/roster'
import { followHosts, joinCluster, type RunningService, type Service, type ServiceContext } from '@heliograph/runtime'
import { eventsRpc } from './bridge/events-rpc.ts'
import { openBridge } from './bridge/open-bridge.ts'
import { pubsubConfig } from './config.ts'
import { PubsubService } from './pubsub-service.ts'
import { pubsubModules } from './requests/modules.ts'
import { pubsubMigrations } from './store/migrations.ts'

/** Owners of nodes: their items, and who is told of them. */
export const pubsub: Service = {
  name: 'pubsub',
  needs: ['bus', 'liveState', 'database'],
  // Rosters and block lists are read where contacts are greeted.
  migrations: [...pubsubMigrations, ...eventMigrations, ...rosterMigrations],
  modules: pubsubModules,
  start,
}

async function start(host: ServiceContext, signal: AbortSignal): Promise<RunningService> {
  const { database: db, telemetry } = host
  const config = follow(host.live, pubsubConfig)
  const service = new PubsubService({
    config,
    log: telemetry.log,
    metrics: telemetry.metrics,
    tracing: telemetry.tracer,
    hosts: followHosts(host.live),
    db,
    bridge: await openBridge(host, signal),
    onFenced: () => host.abandon('another instance shut this one out of the database'),
  })
  const membership = joinCluster(host, {
    kind: Kind.node,
    watch: [Kind.user, Kind.room, Kind.domain],
    tenancy: service.tenancy,
  })
  service.attach(membership)
  host.links.listen(ACCOUNTS_CHANGED, () => service.accountsChanged())
  await membership.ownership.start()
  return {
    rpc: [eventsRpc(service.context, host.rpc)],
    ready: async () => membership.problems(),
    drain: (signal) => membership.leave(signal),
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]()
      await membership[Symbol.asyncDispose]()
    },
  }
}
