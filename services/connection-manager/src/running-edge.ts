import type { Socket } from 'node:net'
import { Kind } from '@heliograph/bus'
import type { CertificateStore } from '@heliograph/certificates'
import type { ListenAddress } from '@heliograph/config'
import type { Taps } from '@heliograph/live-trace'
import type { Hosts, Router } from '@heliograph/ownership'
import type { Accounts } from '@heliograph/rpc'
import { Flusher, type Listener, listen } from '@heliograph/streams'
import type { Telemetry } from '@heliograph/telemetry'
import { UploadEndpoint, type Uploads } from '@heliograph/uploads'
import { CoarseClock } from './clock.ts'
import type { EdgeConfig } from './config.ts'
import { Connections } from './connections.ts'
import { Crowd } from './custody/crowd.ts'
import { drainConnections } from './drain.ts'
import type { Edge } from './edge.ts'
import { EdgeEvents } from './events.ts'
import { AddressLimit } from './listeners/address-limit.ts'
import { Reception } from './listeners/reception.ts'
import { welcomePlain, welcomeSecure } from './listeners/streams.ts'
import { TlsUpgrade } from './listeners/tls.ts'
import { Web } from './listeners/web.ts'
import { announceTo } from './owners/announce.ts'
import { Departed } from './owners/departed.ts'
import { Epochs } from './owners/epochs.ts'
import { Gone } from './owners/gone.ts'
import { receive } from './owners/receive.ts'
import { anonymousOf, bearersOf, credentialsOf, tokensOf, upgradesOf } from './sasl/credentials.ts'
import { Sweep } from './sweep.ts'
import type { EventsEndpoint } from './web/events-endpoint.ts'
import type { Exchange, WebReply } from './web/exchange.ts'
import type { Peers, RelayedRequest } from './web/peers.ts'

type ListenerName = keyof EdgeConfig['listen']

/** What an edge is given. */
export interface EdgeParts {
  /** Id of this instance. */
  readonly instance: string
  readonly config: EdgeConfig
  readonly telemetry: Telemetry
  readonly taps: Taps
  readonly hosts: Hosts
  readonly router: Router
  readonly accounts: Accounts
  readonly asking?: Edge['asking']
  readonly capabilities: Edge['capabilities']
  readonly certificates: CertificateStore
  /** Edges that hold sessions over HTTP too. */
  readonly peers: Peers
  /** Where uploaded files are; undefined where there are none. */
  readonly uploads?: Uploads | undefined
  readonly sources?: EventsEndpoint | undefined
  readonly clock?: CoarseClock
}

/** An edge, which hears its owners from the start and clients once it listens. */
export class RunningEdge implements Disposable {
  readonly edge: Edge
  readonly #listeners = new Map<string, Listener>()
  readonly #reception: Reception
  readonly #web: Web
  readonly #sweep: Sweep

  constructor(parts: EdgeParts) {
    const edge = composeEdge(parts)
    this.edge = edge
    const { config, events, router } = edge
    events.observe(edge)
    const limit = new AddressLimit(() => config.limits.connectionsPerAddress)
    this.#reception = new Reception({
      trusted: config.proxyProtocol.trusted,
      limits: config.limits,
      limit,
      rejected: (reason) => events.rejected(reason),
    })
    this.#web = new Web(edge, { limit, peers: parts.peers })
    this.#sweep = new Sweep(edge, this.#web)
    router.serveInstance((envelope) => receive(edge, envelope))
    router.onRoute(Kind.user, (partition, owner) => announceTo(edge, partition, owner))
  }

  /** Listener → `host:port` as bound. */
  get addresses(): Record<string, string> {
    return Object.fromEntries([...this.#listeners].map(([name, listener]) => [name, listener.address]))
  }

  /** Takes no more connections, then closes those it has, paced; ends at once when `signal` aborts. */
  async drain(signal: AbortSignal): Promise<void> {
    this.#stopAccepting()
    await drainConnections(this.edge, signal)
  }

  /** A request that another edge took for a session of this one. */
  takeRelayed(request: RelayedRequest, reply: (reply: WebReply) => void): Exchange {
    return this.#web.takeRelayed(request, reply)
  }

  /** What is due by the clock; the edge does it by itself four times a second. */
  sweep(): void {
    this.#sweep.tick()
  }

  /** Drops what is still connected: sessions with stream management can be resumed elsewhere. */
  [Symbol.dispose](): void {
    this.#stopAccepting()
    for (const connection of this.edge.connections) connection.transport.destroy()
    this.#web[Symbol.dispose]()
    this.#sweep[Symbol.dispose]()
  }

  #stopAccepting(): void {
    for (const listener of this.#listeners.values()) listener.close()
    this.#web.close()
  }

  /** @throws when an address can't be bound */
  async listen(): Promise<void> {
    const { edge } = this
    const { listen: at } = edge.config
    await this.#add('c2s', at.c2s, (socket, address) => welcomePlain(edge, socket, address))
    await this.#add('c2sTls', at.c2sTls, (socket, address) => welcomeSecure(edge, socket, address))
    await this.#add('http', at.http, (socket, address) => this.#web.welcomePlain(socket, address))
    await this.#add('https', at.https, (socket, address) => this.#web.welcomeSecure(socket, address))
    const portOf = (name: ListenerName) => this.#listeners.get(name)?.port ?? 0
    this.#web.ports = { https: portOf('https'), c2sTls: portOf('c2sTls') }
  }

  async #add(
    name: ListenerName,
    at: ListenAddress | false,
    welcome: (socket: Socket, address: string) => void,
  ): Promise<void> {
    if (at === false) return
    const shared = name === 'http' || name === 'https' ? this.#web.forwarded.trusted : undefined
    this.#listeners.set(name, await listen(at, (socket) => this.#reception.receive(socket, welcome, shared)))
  }
}

function composeEdge(parts: EdgeParts): Edge {
  const { instance, config, telemetry, hosts, router, accounts, capabilities, certificates, clock, uploads, sources } =
    parts
  const { log, metrics, tracer } = telemetry
  return {
    instance,
    config,
    log,
    events: new EdgeEvents(log, metrics),
    tracing: tracer,
    taps: parts.taps,
    hosts,
    router,
    accounts,
    asking: parts.asking,
    capabilities,
    credentials: credentialsOf(accounts),
    tokens: tokensOf(accounts),
    upgrades: upgradesOf(accounts),
    bearers: bearersOf(accounts),
    anonymous: anonymousOf(accounts),
    tls: new TlsUpgrade(certificates),
    clock: clock ?? new CoarseClock(),
    connections: new Connections(),
    crowd: new Crowd(config.custody),
    departed: new Departed(),
    gone: new Gone(),
    answers: new Set(),
    shaped: new Set(),
    flusher: new Flusher(),
    epochs: new Epochs(),
    uploads: uploads && new UploadEndpoint(uploads),
    sources,
  }
}
