import { freePort } from '@heliograph/testkit'
import type { Endpoint, Security } from '../client/endpoint.ts'
import type { Roots } from '../measure/process-groups.ts'
import { Backing } from './backing.ts'
import type { Child } from './child.ts'
import { type HeliographRuntime, heliographVersion, READY, startHeliograph } from './heliograph-process.ts'
import type { RunningTarget, Setup, Target } from './target.ts'
import type { Workspace } from './workspace.ts'

const DOMAIN = 'localhost'
const START_LIMIT_MS = 120_000
/** Time for the instances to find each other and to share out the partitions. */
const SETTLE_MS = 3_000
/** In the order they are started: edges last, once somebody owns what clients ask for. */
const SERVICES = ['session', 'presence-fanout', 'muc', 'pubsub', 's2s-gateway', 'connection-manager']

/** Heliograph as a cluster: NATS, Redis, Postgres and so many processes of each service. */
export class ClusterTarget implements Target {
  readonly name: string
  readonly peer = false
  readonly #workspace: Workspace
  readonly #runtime: HeliographRuntime
  readonly #instances: number

  constructor(workspace: Workspace, runtime: HeliographRuntime, instances: number) {
    this.#workspace = workspace
    this.#runtime = runtime
    this.name = runtime.everything ? 'cluster-all' : 'cluster'
    this.#instances = instances
  }

  version(): Promise<string> {
    return heliographVersion(`cluster of ${this.#instances} × ${SERVICES.length} services`, this.#runtime)
  }

  async start(setup: Setup): Promise<RunningTarget> {
    const backing = await Backing.start(this.#workspace, this.name)
    const cluster = new RunningCluster(backing)
    try {
      for (const service of SERVICES) await this.#startService(cluster, service, setup)
      await cluster.ready()
    } catch (error) {
      await cluster[Symbol.asyncDispose]()
      throw error
    }
    return cluster
  }

  async #startService(cluster: RunningCluster, service: string, { archive, accounts }: Setup): Promise<void> {
    const home = await this.#workspace.directory(this.name)
    const certificate = await this.#workspace.certificate(DOMAIN)
    const shared = { domain: DOMAIN, dataDir: `${home}/data`, certificate, accounts, archive }
    for (let index = 0; index < this.#instances; index++) {
      const edge = service === 'connection-manager' ? { c2s: await freePort(), c2sTls: await freePort() } : {}
      const listen = { ...edge, rpc: await freePort() }
      const child = await startHeliograph(this.#workspace, {
        service,
        instance: `${service}-${index}`,
        home,
        runtime: this.#runtime,
        settings: { ...shared, listen, backing: cluster.backing.addresses },
      })
      cluster.add(service, child, listen)
    }
  }
}

interface Ports {
  readonly c2s?: number
  readonly c2sTls?: number
  readonly rpc: number
}

class RunningCluster implements RunningTarget {
  readonly backing: Backing
  readonly #members: Array<{ readonly service: string; readonly child: Child; readonly ports: Ports }> = []

  constructor(backing: Backing) {
    this.backing = backing
  }

  add(service: string, child: Child, ports: Ports): void {
    this.#members.push({ service, child, ports })
  }

  /** Waits until every process says that it is ready. */
  async ready(): Promise<void> {
    for (const { child } of this.#members) await child.says(READY, START_LIMIT_MS)
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  }

  endpoints(security: Security): readonly Endpoint[] {
    return this.#members.flatMap(({ ports }) => {
      const port = security === 'direct-tls' ? ports.c2sTls : ports.c2s
      return port === undefined ? [] : [{ host: '127.0.0.1', port, domain: DOMAIN, security }]
    })
  }

  roots(): Roots {
    const roots = new Map<string, number[]>(this.backing.roots())
    for (const { service, child } of this.#members) roots.set(service, [...(roots.get(service) ?? []), child.pid])
    return roots
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stopped = this.#members.toReversed().map(({ child }) => child.stop('SIGTERM', 30_000))
    await Promise.all(stopped)
    await this.backing[Symbol.asyncDispose]()
  }
}
