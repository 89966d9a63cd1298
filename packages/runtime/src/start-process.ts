import { type ConfigChange, type HeliographConfig, ReloadableConfig } from '@heliograph/config'
import { Taps } from '@heliograph/live-trace'
import {
  CallerLimits,
  type InstanceState,
  RpcClients,
  type RpcServer,
  startRpcServer,
  WrongTokens,
} from '@heliograph/rpc'
import { createTelemetry, OperatorError, type ProcessTelemetry, type TelemetryOptions } from '@heliograph/telemetry'
import type { Adapters } from './adapters.ts'
import { advertisedAddress } from './advertised.ts'
import { connectAdapters } from './connect-adapters.ts'
import { ensureFree } from './ensure-free.ts'
import { guard, type HostedService, hostService } from './hosted-service.ts'
import { watchProcess } from './process-metrics.ts'
import { healthService, instanceService, type ProcessView } from './process-services.ts'
import { Readiness } from './readiness.ts'
import { needsOf, type ReadinessProblems, type Service } from './service.ts'
import { releaseVersion } from './version.ts'
import { within } from './within.ts'

/** What runs in one process. */
export interface ProcessDefinition {
  /** Name in logs and metrics: that of its one service, or `standalone`. */
  readonly name: string
  readonly mode: HeliographConfig['mode']
  /** In the order they start: a service comes after those it needs. They are drained and stopped in reverse. */
  readonly services: readonly Service[]
}

/** What a test replaces. */
export interface ProcessOverrides {
  /** The configuration as it is there now, for `reload`; default: what it was started with. */
  readonly read?: () => HeliographConfig
  readonly connect?: typeof connectAdapters
  readonly telemetry?: Pick<TelemetryOptions, 'logDestination' | 'spanExporter'>
}

/** A process that serves. Disposing stops it without draining. */
export interface RunningProcess extends AsyncDisposable {
  readonly instance: string
  readonly telemetry: ProcessTelemetry
  readonly state: InstanceState
  /** Listener → `host:port` as bound. */
  readonly addresses: Readonly<Record<string, string>>
  problems(): Promise<ReadinessProblems>
  /** Reads the configuration again and takes what may change; where anything is wrong nothing changes, and that is logged. It doesn't throw. */
  reload(): ConfigChange | { readonly problem: string }
  /** Drains, then stops, within `config.drain.seconds`. Asking again gives the same promise. It doesn't reject. */
  shutdown(): Promise<void>
  /** Ends a drain that is under way (or skips it) and stops. */
  stop(): Promise<void>
  /** Why it stopped by itself, if it did. */
  readonly failure: string | undefined
  /** Resolves when it has stopped, whoever asked. */
  readonly stopped: Promise<void>
}

/**
 * Starts the services of a process, one after another. Aborting `signal` gives up a start that is under way.
 *
 * @throws what makes it impossible to serve; what had started is stopped.
 */
export async function startProcess(
  definition: ProcessDefinition,
  config: HeliographConfig,
  overrides: ProcessOverrides = {},
  signal?: AbortSignal,
): Promise<RunningProcess> {
  const started = new Process(definition, config, overrides.read ?? (() => config))
  const giveUp = (): void => started.giveUp()
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    signal?.throwIfAborted()
    await started.start(overrides)
  } catch (error) {
    // What the operator can mend is told once, by whoever called.
    if (!(error instanceof OperatorError || signal?.aborted)) started.telemetry?.log.error('start_failed', { error })
    await started.stop()
    throw error
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
  return started
}

/** Part of the drain time that is kept for stopping. */
const stopShare = 0.2
/** What stopping gets at least, also when draining took longer than it might. */
const leastCloseMs = 2_000

class Process implements RunningProcess, ProcessView {
  readonly instance: string
  readonly services: readonly string[]
  readonly version = releaseVersion()
  readonly startedAt = Date.now()
  readonly addresses: Record<string, string> = {}
  state: InstanceState = 'starting'
  failure: string | undefined
  telemetry!: ProcessTelemetry
  readonly #definition: ProcessDefinition
  readonly #config: HeliographConfig
  readonly #read: () => HeliographConfig
  readonly #live: ReloadableConfig
  readonly #resources = new AsyncDisposableStack()
  readonly #taps = new Taps()
  #wrongTokens!: WrongTokens
  readonly #hosted: HostedService[] = []
  readonly #starting = new AbortController()
  readonly #hurry = new AbortController()
  readonly #ended = Promise.withResolvers<void>()
  #readiness = new Readiness([], () => [])
  #shutdown: Promise<void> | undefined

  constructor(definition: ProcessDefinition, config: HeliographConfig, read: () => HeliographConfig) {
    this.#definition = definition
    this.#config = config
    this.#read = read
    this.#live = new ReloadableConfig(config)
    this.instance = `${definition.name}-${config.instance}`
    this.services = definition.services.map((service) => service.name)
  }

  get stopped(): Promise<void> {
    return this.#ended.promise
  }

  async start({ connect = connectAdapters, telemetry }: ProcessOverrides): Promise<void> {
    const listens = this.#definition.services.flatMap((service) => service.listens ?? [])
    await ensureFree(this.#config.listen, [...listens, 'rpc', 'health', 'metrics'])
    await this.#startTelemetry(telemetry)
    const { log } = this.telemetry
    const rpc = new RpcClients(this.#config.tls.rpcMutual)
    this.#resources.use(rpc)
    this.telemetry.metrics.gauge(
      'heliograph_rpc_calls_under_way',
      'Calls to other instances, and to this one, that wait for their answer',
      () => rpc.underWay,
    )
    await this.#startHealth()
    const server = await this.#startRpc()
    const needs = new Set(this.#definition.services.flatMap((service) => needsOf(service, this.#config)))
    const adapters = await connect({
      config: this.#config,
      telemetry: this.telemetry,
      needs,
      signal: this.#starting.signal,
      instance: this.instance,
      abandon: (reason) => this.#abandon(this.instance, reason),
    })
    this.#resources.defer(guard(log, 'adapters', () => adapters[Symbol.asyncDispose]()))
    for (const service of this.#definition.services) {
      this.#starting.signal.throwIfAborted()
      await this.#host(service, adapters, rpc, server)
    }
    this.#starting.signal.throwIfAborted()
    this.#readiness = new Readiness(
      this.#hosted.flatMap((hosted) => hosted.probes),
      () => this.#hosted.map((hosted) => hosted.running),
    )
    this.state = 'running'
    log.info('ready', { version: this.version, services: this.services, addresses: this.addresses })
  }

  /** Ends the waiting of a start that is under way, which then rejects. */
  giveUp(): void {
    this.#starting.abort()
  }

  isCalled(instance: string): boolean {
    return [this.#definition.name, ...this.services].some((name) => instance === `${name}-${this.#config.instance}`)
  }

  problems(): Promise<ReadinessProblems> {
    return this.#readiness.problems()
  }

  reload(): ConfigChange | { readonly problem: string } {
    const { log } = this.telemetry
    try {
      const change = this.#live.take(this.#read())
      log.info('config_reloaded', { changed: change.changed, needs_restart: change.needsRestart })
      return change
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      log.error('config_refused', { reason: problem })
      return { problem }
    }
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end()
    return this.#shutdown
  }

  stop(): Promise<void> {
    this.#hurry.abort()
    return this.shutdown()
  }

  beginShutdown(): boolean {
    const begun = this.#shutdown === undefined
    void this.shutdown()
    return begun
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #startTelemetry(replaced: ProcessOverrides['telemetry']): Promise<void> {
    const { listen, telemetry } = this.#config
    this.telemetry = await createTelemetry({
      service: this.#definition.name,
      instance: this.instance,
      ...telemetry,
      ...(listen.metrics !== false && { metricsHost: listen.metrics.host, metricsPort: listen.metrics.port }),
      ...replaced,
    })
    this.#resources.use(this.telemetry)
    this.#wrongTokens = new WrongTokens(this.telemetry)
    this.#live.onChange(
      ({ telemetry: { logLevel } }) =>
        () =>
          this.telemetry.setLogLevel(logLevel),
    )
    this.#resources.use(watchProcess(this.telemetry.metrics))
    if (this.telemetry.metricsAddress !== undefined) this.addresses.metrics = this.telemetry.metricsAddress
  }

  async #startHealth(): Promise<void> {
    const { health } = this.#config.listen
    if (health === false) return
    const { log } = this.telemetry
    const server = await startRpcServer({ ...health, services: [healthService(this)], log })
    this.#resources.defer(guard(log, 'health', () => server[Symbol.asyncDispose]()))
    this.addresses.health = server.address
  }

  async #startRpc(): Promise<RpcServer | undefined> {
    const { listen, tls } = this.#config
    if (listen.rpc === false) return undefined
    const { log } = this.telemetry
    const wrongTokens = this.#wrongTokens
    const services = [healthService(this), instanceService(this, this.#taps, log)]
    let limits = new CallerLimits(this.#config.adminApi)
    this.#live.onChange(({ adminApi }) => {
      const fresh = new CallerLimits(adminApi)
      return () => {
        limits = fresh
      }
    })
    const server = await startRpcServer({
      ...listen.rpc,
      tls: tls.rpcMutual,
      services,
      log,
      limits: () => limits,
      wrongTokens,
    })
    this.#resources.defer(guard(log, 'rpc', () => server[Symbol.asyncDispose]()))
    this.addresses.rpc = server.address
    return server
  }

  async #host(service: Service, adapters: Adapters, rpc: RpcClients, server: RpcServer | undefined): Promise<void> {
    const instance = `${service.name}-${this.#config.instance}`
    const shared = {
      config: this.#config,
      live: this.#live,
      instance,
      telemetry: this.telemetry.forService(service.name, instance),
      rpc,
      taps: this.#taps,
      wrongTokens: this.#wrongTokens,
      rpcAddress: server === undefined ? '' : advertisedAddress(server.address, this.#config.listen.advertiseHost),
      abandon: (reason: string) => this.#abandon(instance, reason),
    }
    const hosted = await hostService(service, shared, adapters, this.#starting.signal)
    this.#resources.use(hosted)
    this.#hosted.push(hosted)
    for (const contract of hosted.running.rpc ?? []) {
      server?.add(contract)
      if (shared.rpcAddress !== '') rpc.serveHere(shared.rpcAddress, contract, shared.telemetry.log)
    }
    Object.assign(this.addresses, hosted.running.addresses)
  }

  #abandon(instance: string, reason: string): void {
    if (this.failure !== undefined) return
    this.failure = reason
    this.telemetry.log.error('abandoned', { service_instance: instance, reason })
    void this.stop()
  }

  /** Not ready → stop accepting → drain → release leases → close. */
  async #end(): Promise<void> {
    const begun = performance.now()
    const { seconds } = this.#live.current.drain
    const log = this.telemetry?.log
    if (this.state === 'starting') this.#starting.abort()
    if (this.state === 'running') {
      this.state = 'draining'
      log.info('draining', { seconds })
      await this.#drain(seconds * 1_000 * (1 - stopShare))
    }
    if (this.state !== 'starting') log?.info('stopping', { drained_ms: Math.round(performance.now() - begun) })
    this.state = 'stopped'
    const closed = this.#resources.disposeAsync()
    const closeMs = Math.max(seconds * 1_000 - (performance.now() - begun), leastCloseMs)
    if (!(await within(closed, closeMs))) log?.error('stop_overdue', { waited_ms: Math.round(closeMs) })
    this.#ended.resolve()
  }

  async #drain(timeMs: number): Promise<void> {
    const timeUp = AbortSignal.any([AbortSignal.timeout(timeMs), this.#hurry.signal])
    const aborted = new Promise<void>((resolve) => timeUp.addEventListener('abort', () => resolve(), { once: true }))
    for (const { name, running } of this.#hosted.toReversed()) {
      if (timeUp.aborted) break
      await Promise.race([guard(this.telemetry.log, name, () => running.drain(timeUp))(), aborted])
    }
    if (timeUp.aborted) this.telemetry.log.warn('drain_cut_short')
  }
}
