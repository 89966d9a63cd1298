import { Kind } from '@heliograph/bus'
import { follow } from '@heliograph/config'
import { PostgresRosterStore, rosterMigrations } from '@heliograph/roster'
import { followHosts, joinCluster, type RunningService, type Service, type ServiceContext } from '@heliograph/runtime'
import { fanoutConfig } from './config.ts'
import { FanoutService } from './fanout-service.ts'
import { presenceBroadcast } from './modules.ts'

/** One presence change, one envelope a destination. Scaled by its lag, apart from everything else. */
export const presenceFanout: Service = {
  name: 'presence-fanout',
  needs: ['bus', 'liveState', 'database'],
  migrations: rosterMigrations,
  modules: [presenceBroadcast],
  start,
}

async function start(host: ServiceContext): Promise<RunningService> {
  const { database, telemetry } = host
  const service = new FanoutService({
    config: follow(host.live, fanoutConfig),
    log: telemetry.log,
    metrics: telemetry.metrics,
    tracing: telemetry.tracer,
    hosts: followHosts(host.live),
    rosters: new PostgresRosterStore(database),
  })
  const membership = joinCluster(host, {
    kind: Kind.presence,
    watch: [Kind.user, Kind.domain],
    tenancy: service.tenancy,
  })
  service.attach(membership)
  await membership.ownership.start()
  return {
    ready: async () => membership.problems(),
    drain: (signal) => membership.leave(signal),
    [Symbol.asyncDispose]: () => membership[Symbol.asyncDispose](),
  }
}
