import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { Kind } from '@heliograph/bus'
import type { HeliographConfig } from '@heliograph/config'
import { type Domain, ensureDomain } from '@heliograph/jid'
import { type Listener, listen } from '@heliograph/streams'
import type { GatewayContext } from '../context.ts'
import { DialbackKeys } from '../dialback/key.ts'
import { Finder, type Target } from '../finding/finder.ts'
import { NameResolver } from '../finding/resolver.ts'
import { Setbacks } from '../finding/setbacks.ts'
import type { Half } from '../half.ts'
import { patiently } from '../hand-over.ts'
import { Admission, type Ticket } from '../inbound/admission.ts'
import { Elsewhere } from '../inbound/elsewhere.ts'
import { Inbound } from '../inbound/inbound.ts'
import { Inquiries } from '../inbound/inquiries.ts'
import { Resumables } from '../inbound/resumables.ts'
import { TlsReception } from '../inbound/tls-reception.ts'
import type { Pair } from '../pairs/pair.ts'
import { Pairs } from '../pairs/pairs.ts'
import { Ways } from '../pairs/ways.ts'
import type { QueueStore } from '../queue/queue-store.ts'
import { Allowances } from '../streams/allowances.ts'
import { streamLimitsOf } from '../streams/stream-limits.ts'
import { federationEvents } from './events.ts'
import type { FederationContext } from './federation-context.ts'
import { Refusals } from './refusals.ts'
import { openWatched, type Watched } from './watched.ts'

const SWEEP_MS = 1_000

/** Speaks with other servers. */
export async function openFederation(
  gateway: GatewayContext,
  { components, store }: { readonly components: Pick<Half, 'takes'>; readonly store: QueueStore | undefined },
  signal: AbortSignal,
): Promise<Half> {
  if (store === undefined && gateway.config.federation.queueSeconds > 0) gateway.log.warn('s2s_queue_absent')
  const stopping = new AbortController()
  const watched = await openWatched(gateway, signal)
  const isOurs = (domain: Domain): boolean => gateway.hosts.kindOf(domain) !== Kind.domain || components.takes(domain)
  const context = { ...contextOf(gateway, watched), store, isOurs, stopping: stopping.signal }
  return new Federation(context, { stopping, watched })
}

class Federation implements Half {
  readonly #context: FederationContext
  readonly #stopping: AbortController
  readonly #watched: Watched
  readonly #pairs: Pairs
  readonly #admission = new Admission()
  readonly #inbound = new Set<Inbound>()
  readonly #listeners = new Map<string, Listener>()
  readonly #timer: NodeJS.Timeout
  #isDraining = false

  constructor(
    context: FederationContext,
    { stopping, watched }: { readonly stopping: AbortController; readonly watched: Watched },
  ) {
    this.#context = context
    this.#stopping = stopping
    this.#watched = watched
    watched.onChanged = (isConcerned) => this.#renew(isConcerned)
    this.#pairs = new Pairs(context)
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS)
    const { metrics } = context
    const streams = 'Streams between servers that are open'
    metrics.gauge('heliograph_s2s_open_streams', streams, () => this.#inbound.size, { direction: 'in' })
    metrics.gauge('heliograph_s2s_open_streams', streams, () => this.#count(({ isOpen }) => (isOpen ? 1 : 0)), {
      direction: 'out',
    })
    metrics.gauge('heliograph_s2s_waiting', 'Stanzas that wait to be written to other servers', () =>
      this.#count(({ waiting }) => waiting),
    )
    metrics.gauge('heliograph_s2s_queued', 'Stanzas stored for other servers', () => this.#count(({ kept }) => kept))
  }

  get addresses(): Record<string, string> {
    return Object.fromEntries([...this.#listeners].map(([name, { address }]) => [name, address]))
  }

  readonly takesSeveral = true

  takes(): boolean {
    return true
  }

  hear(...heard: Parameters<Pairs['hear']>): void {
    this.#pairs.hear(...heard)
  }

  hears(...heard: Parameters<Elsewhere['hears']>): boolean {
    return this.#context.elsewhere.hears(...heard)
  }

  receive(...received: Parameters<Pairs['receive']>): void {
    this.#pairs.receive(...received)
  }

  load(partition: number): void {
    this.#pairs.load(partition)
  }

  settle(partition: number): Promise<void> {
    return patiently(this.#context.router.settled(partition))
  }

  async unload(partition: number, reason: 'handover' | 'lost'): Promise<void> {
    if (reason === 'handover') await this.#pairs.handOver(partition)
    else this.#pairs.lose(partition)
  }

  async listen(): Promise<void> {
    const { s2s, s2sTls } = this.#context.config.listen
    if (s2s !== false) this.#listeners.set('s2s', await listen(s2s, (socket) => this.#accept(socket, false)))
    if (s2sTls !== false) this.#listeners.set('s2sTls', await listen(s2sTls, (socket) => this.#accept(socket, true)))
  }

  async drain(signal: AbortSignal): Promise<void> {
    for (const listener of this.#listeners.values()) listener.close()
    this.#isDraining = true
    const finished = Promise.all([...this.#inbound].map((inbound) => inbound.finish()))
    const late = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => late.resolve(), { once: true })
    await Promise.race([finished, late.promise])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    this.#stopping.abort()
    for (const listener of this.#listeners.values()) listener.close()
    for (const { stream } of this.#inbound) stream.destroy()
    this.#pairs.loseAll()
    this.#context.tls[Symbol.dispose]()
    await this.#watched[Symbol.asyncDispose]()
  }

  #accept(socket: Socket, directTls: boolean): void {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 30_000)
    socket.on('error', () => {})
    const ticket = this.#admission.admit(socket)
    if (ticket === undefined) {
      this.#context.events.rejected()
      socket.destroy()
    } else if (directTls) this.#context.tls.secure(socket, (secured) => this.#welcome(secured, ticket))
    else this.#welcome(socket, ticket)
  }

  #welcome(socket: Socket, ticket: Ticket): void {
    if (this.#isDraining) return void socket.destroy()
    const ended = (inbound: Inbound): boolean => this.#inbound.delete(inbound)
    this.#inbound.add(new Inbound(this.#context, { socket, ticket, ended }))
  }

  /** Streams that were set up by what held before end in order; the next ones are judged anew. */
  #renew(isConcerned: (domain: Domain) => boolean): void {
    this.#context.setbacks.forgetAll()
    this.#pairs.renew(isConcerned)
    for (const inbound of this.#inbound) if (inbound.authority.some(isConcerned)) void inbound.finish()
  }

  #sweep(): void {
    const now = performance.now()
    this.#pairs.sweep(now)
    this.#context.resumables.sweep(now)
    for (const inbound of this.#inbound) inbound.sweep(now)
  }

  #count(of: (pair: Pair) => number): number {
    let total = 0
    for (const pair of this.#pairs) total += of(pair)
    return total
  }
}

function contextOf(
  gateway: GatewayContext,
  { policy, certificates }: Watched,
): Omit<FederationContext, 'isOurs' | 'store' | 'stopping'> {
  const { federation } = gateway.config
  const names = new NameResolver(federation.nameServers)
  const events = federationEvents(gateway.metrics)
  const resumables = new Resumables()
  return {
    ...gateway,
    events,
    refusals: new Refusals(gateway.log, events),
    allowances: { in: new Allowances(), out: new Allowances() },
    policy,
    names,
    finder: new Finder(routesOf(federation), names),
    setbacks: new Setbacks(),
    keys: new DialbackKeys(federation.secret ?? randomBytes(32).toString('hex')),
    inquiries: new Inquiries(),
    resumables,
    elsewhere: new Elsewhere(gateway, resumables),
    ways: new Ways(),
    certificates,
    tls: new TlsReception(certificates),
    ...streamLimitsOf(gateway.config),
  }
}

function routesOf({ routes }: HeliographConfig['federation']): Map<string, Target[]> {
  const byDomain = new Map<string, Target[]>()
  for (const { domain, host, port, directTls } of routes) {
    const name = ensureDomain(domain)
    byDomain.set(name, [...(byDomain.get(name) ?? []), { host, port, directTls, isConfigured: true }])
  }
  return byDomain
}
