import type { Links } from '@heliograph/bus'
import { type Database, migrate } from '@heliograph/database'
import type { LiveState } from '@heliograph/live-state'
import type { Logger } from '@heliograph/telemetry'
import type { Adapters } from './adapters.ts'
import type { ServiceContext } from './context.ts'
import type { Probe } from './readiness.ts'
import { type Need, needsOf, type RunningService, type Service } from './service.ts'

/** A service that runs, with the ports that were opened for it. */
export interface HostedService extends AsyncDisposable {
  readonly name: string
  readonly running: RunningService
  /** The paths it needs. */
  readonly probes: readonly Probe[]
}

type Shared = Pick<
  ServiceContext,
  'config' | 'live' | 'instance' | 'telemetry' | 'rpc' | 'taps' | 'wrongTokens' | 'rpcAddress' | 'abandon'
>

/** How long frames already sent may take to be acknowledged before the bus is closed. */
const settleMs = 2_000

/**
 * Opens the ports that a service needs and starts it. Disposing stops the service first, then lets the bus settle, then
 * closes the ports.
 *
 * @throws what opening or starting throws; what was opened is closed.
 */
export async function hostService(
  service: Service,
  shared: Shared,
  adapters: Adapters,
  signal: AbortSignal,
): Promise<HostedService> {
  await using opened = new AsyncDisposableStack()
  const ports: { links?: Links; liveState?: LiveState; database?: Database } = {}
  const probes: Probe[] = []
  const needs = needsOf(service, shared.config)
  if (needs.includes('database')) {
    const database = await adapters.database(shared.instance)
    opened.defer(guard(shared.telemetry.log, 'database', () => database.close()))
    probes.push({ name: 'database', ping: (timeoutMs) => database.ping(timeoutMs) })
    ports.database = database
    if (service.migrations !== undefined) await migrate(database, service.migrations)
    const { metrics } = shared.telemetry
    metrics.gauge(
      'heliograph_database_waiting',
      'Callers that wait for a connection to Postgres',
      () => database.waiting,
    )
    metrics.gauge('heliograph_database_busy', 'Connections to Postgres in use', () => database.busy)
  }
  if (needs.includes('liveState')) {
    const liveState = adapters.liveState()
    probes.push({ name: 'live state', ping: (timeoutMs) => liveState.ping(timeoutMs) })
    ports.liveState = liveState
  }
  if (needs.includes('bus')) {
    const links = await adapters.links(shared.instance)
    opened.defer(
      guard(shared.telemetry.log, 'bus', async () => {
        await links.settled(settleMs)
        await links[Symbol.asyncDispose]()
      }),
    )
    probes.push({ name: 'bus', ping: (timeoutMs) => links.ping(timeoutMs) })
    ports.links = links
  }
  const running = await service.start(contextOf(service, shared, ports), signal)
  opened.defer(guard(shared.telemetry.log, service.name, async () => running[Symbol.asyncDispose]()))
  const kept = opened.move()
  return { name: service.name, running, probes, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

function contextOf(
  service: Service,
  shared: Shared,
  ports: { links?: Links; liveState?: LiveState; database?: Database },
): ServiceContext {
  const required = <Port>(port: Port | undefined, need: Need): Port => {
    if (port === undefined) throw new Error(`${service.name} doesn't declare that it needs ${need}`)
    return port
  }
  return {
    ...shared,
    get links() {
      return required(ports.links, 'bus')
    },
    get liveState() {
      return required(ports.liveState, 'liveState')
    },
    get database() {
      return required(ports.database, 'database')
    },
  }
}

/** A step of stopping: when it fails that is logged, and the following steps still run. */
export function guard(log: Logger, part: string, stop: () => PromiseLike<void> | void): () => Promise<void> {
  return async () => {
    try {
      await stop()
    } catch (error) {
      log.error('stop_failed', { part, error })
    }
  }
}
