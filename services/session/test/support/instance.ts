import type { Links, Switchboard } from '@heliograph/bus'
import { type HeliographConfig, loadConfig, ReloadableConfig } from '@heliograph/config'
import { connectDatabase, type Database, migrate } from '@heliograph/database'
import type { LiveState } from '@heliograph/live-state'
import { Taps } from '@heliograph/live-trace'
import { RpcClients, WrongTokens } from '@heliograph/rpc'
import type { RunningService, Service, ServiceContext } from '@heliograph/runtime'
import { silentTelemetry } from '@heliograph/telemetry'
import { severable } from './severable.ts'

const noEnvironment = {}

/** What a test may want otherwise than `loadConfig` says. */
export type ConfigChanges = { readonly [Key in keyof HeliographConfig]?: Partial<HeliographConfig[Key]> }

/** Defaults, with leases short enough for a test. */
export function testConfig(changes: ConfigChanges = {}): HeliographConfig {
  const config = loadConfig({ env: noEnvironment })
  const merged: Record<string, unknown> = {
    ...config,
    domains: [{ name: 'capulet.example' }, { name: 'montague.example' }],
    leases: { ttlMs: 900, heartbeatMs: 100 },
  }
  for (const [key, change] of Object.entries(changes)) {
    const before = merged[key]
    merged[key] = Array.isArray(change) || typeof change !== 'object' ? change : { ...(before as object), ...change }
  }
  return merged as unknown as HeliographConfig
}

export interface InstanceParts {
  readonly switchboard: Switchboard
  readonly liveState: LiveState
  readonly databaseUrl: string
  readonly config: HeliographConfig
}

/** One running instance of a service, that can be stopped in order or killed. */
export class Instance {
  readonly id: string
  readonly links: Links
  readonly database: Database
  readonly running: RunningService
  readonly #sever: () => void
  #gone = false

  private constructor(parts: {
    id: string
    links: Links
    database: Database
    running: RunningService
    sever: () => void
  }) {
    this.id = parts.id
    this.links = parts.links
    this.database = parts.database
    this.running = parts.running
    this.#sever = parts.sever
  }

  static async start(service: Service, id: string, parts: InstanceParts): Promise<Instance> {
    const [links, cutLinks] = severable<Links>(parts.switchboard.links(id))
    const [liveState, cutLiveState] = severable(parts.liveState)
    const database = await connectDatabase({ url: parts.databaseUrl, instance: id, poolSize: 3, waitMs: 300 })
    if (service.migrations !== undefined) await migrate(database, service.migrations)
    const context: ServiceContext = {
      config: parts.config,
      instance: id,
      telemetry: telemetry(id),
      links,
      liveState,
      database,
      rpc: new RpcClients(),
      live: new ReloadableConfig(parts.config),
      taps: new Taps(),
      wrongTokens: new WrongTokens(silentTelemetry()),
      rpcAddress: '',
      abandon: () => {},
    }
    const running = await service.start(context, new AbortController().signal)
    const sever = () => {
      cutLinks()
      cutLiveState()
    }
    return new Instance({ id, links, database, running, sever })
  }

  /** As SIGKILL does: from now on nothing it does is seen by anybody. */
  async kill(): Promise<void> {
    if (this.#gone) return
    this.#gone = true
    this.#sever()
    await this.links[Symbol.asyncDispose]()
    await this.database.close()
    // Its timers must not outlive the test; nobody hears it.
    void this.running[Symbol.asyncDispose]()
  }

  /** As SIGTERM does. */
  async stop(): Promise<void> {
    if (this.#gone) return
    this.#gone = true
    await this.running.drain(AbortSignal.timeout(5_000))
    await this.running[Symbol.asyncDispose]()
    await this.links.settled(500)
    await this.links[Symbol.asyncDispose]()
    await this.database.close()
  }
}

/** Silent; what goes wrong is printed when `HELIOGRAPH_TEST_LOG` is set. */
function telemetry(instance: string) {
  const silent = silentTelemetry()
  if (!process.env.HELIOGRAPH_TEST_LOG) return silent
  const say = (level: string) => (event: string, fields?: object) =>
    process.stderr.write(`${level} ${instance} ${event} ${JSON.stringify(fields, errorText)}\n`)
  const log = { debug: () => {}, info: say('info'), warn: say('warn'), error: say('error'), enabled: () => true }
  return { ...silent, log: { ...log, child: () => silent.log } }
}

function errorText(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value
}
