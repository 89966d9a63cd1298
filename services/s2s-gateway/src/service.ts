import { type InstanceId, Kind, Op } from '@heliograph/bus'
import { follow, type HeliographConfig } from '@heliograph/config'
import type { Database } from '@heliograph/database'
import type { Tenancy } from '@heliograph/ownership'
import { followHosts, joinCluster, type RunningService, type Service, type ServiceContext } from '@heliograph/runtime'
import { Flusher } from '@heliograph/streams'
import { Components } from './components/components.ts'
import { externalComponents } from './components/declaration.ts'
import type { GatewayContext } from './context.ts'
import { federationModule } from './federation/declaration.ts'
import { openFederation } from './federation/federation.ts'
import type { Half } from './half.ts'
import { bytestreamsProxy } from './proxy65/proxy-module.ts'
import { queueMigrations } from './queue/migrations.ts'
import { PostgresQueue } from './queue/postgres-queue.ts'
import type { QueueStore } from './queue/queue-store.ts'
import { receive } from './receive.ts'
import { refusing } from './refusing.ts'

/** Owners of (local, remote) domain pairs: streams to other servers, and external components. */
export const s2sGateway: Service = {
  name: 's2s-gateway',
  needs: ['bus', 'liveState'],
  needsWith: (config) => (keepsQueue(config) ? ['database'] : []),
  migrations: queueMigrations,
  modules: [externalComponents, bytestreamsProxy, federationModule],
  start,
}

/** Asked in this order who takes a domain. */
async function halvesOf(
  context: GatewayContext,
  store: QueueStore | undefined,
  signal: AbortSignal,
): Promise<readonly Half[]> {
  const components = new Components(context)
  if (!context.config.federation.enabled) return [components, refusing(context)]
  return [components, await openFederation(context, { components, store }, signal)]
}

/** Where Postgres is, what other servers can't be brought is kept in it. */
function keepsQueue({ mode, federation, postgres }: HeliographConfig): boolean {
  return federation.enabled && federation.queueSeconds > 0 && (mode === 'standalone' || postgres.url !== undefined)
}

function queueOf(host: ServiceContext): PostgresQueue | undefined {
  if (!keepsQueue(host.config)) return undefined
  const { database: db, telemetry } = host
  const onFenced = (): void => host.abandon('another instance shut this one out of the database')
  return new PostgresQueue({ db, log: telemetry.log, onFenced })
}

async function start(host: ServiceContext, signal: AbortSignal): Promise<RunningService> {
  const { live, telemetry, instance } = host
  const config = follow(live, (given) => given)
  let halves: readonly Half[] = []
  const store = queueOf(host)
  const membership = joinCluster(host, {
    kind: Kind.domain,
    watch: [Kind.user, Kind.room, Kind.node],
    tenancy: tenancyOf(() => halves, store && host.database),
  })
  const { ownership, router } = membership
  const context: GatewayContext = {
    instance,
    config,
    live,
    log: telemetry.log,
    metrics: telemetry.metrics,
    tracing: telemetry.tracer,
    links: host.links,
    hosts: followHosts(live),
    router,
    ownership,
    flusher: new Flusher(),
  }
  halves = await halvesOf(context, store, signal)
  router.serve((envelope, from) => {
    const hearer = envelope.op === Op.heard ? halves.find((half) => half.hear) : undefined
    if (hearer) hearer.hear?.(envelope, from)
    else receive(context, halves, envelope, from)
  })
  router.serveInstance((envelope, from) => void halves.some((half) => half.hears?.(envelope, from)))
  await ownership.start()
  for (const half of halves) await half.listen()
  return {
    addresses: Object.assign({}, ...halves.map((half) => half.addresses)) as Record<string, string>,
    ready: async () => membership.problems(),
    async drain(signal) {
      await Promise.all(halves.map((half) => half.drain(signal)))
      await membership.leave(signal)
    },
    async [Symbol.asyncDispose]() {
      for (const half of halves) await half[Symbol.asyncDispose]()
      await store?.[Symbol.asyncDispose]()
      await membership[Symbol.asyncDispose]()
    },
  }
}

function tenancyOf(halves: () => readonly Half[], database: Database | undefined): Tenancy {
  return {
    ...(database && {
      fence: async (instances: readonly InstanceId[]) => {
        for (const instance of instances) await database.fence(instance)
      },
    }),
    load: async (partition) => {
      for (const half of halves()) half.load?.(partition)
    },
    settle: async (partition) => void (await Promise.all(halves().map((half) => half.settle(partition)))),
    unload: async (partition, reason) =>
      void (await Promise.all(halves().map((half) => half.unload(partition, reason)))),
  }
}
