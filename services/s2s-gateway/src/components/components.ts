import type { Socket } from 'node:net'
import { type Envelope, type InstanceId, Op } from '@heliograph/bus'
import type { ListenAddress } from '@heliograph/config'
import type { Domain } from '@heliograph/jid'
import { type Listener, listen } from '@heliograph/streams'
import type { GatewayContext } from '../context.ts'
import type { Half } from '../half.ts'
import { patiently } from '../hand-over.ts'
import { BytestreamsProxy } from '../proxy65/bytestreams-proxy.ts'
import { streamLimitsOf } from '../streams/stream-limits.ts'
import { admits } from './admission.ts'
import { Arrivals } from './arrivals.ts'
import { ComponentCredentials } from './component-credentials.ts'
import { ComponentStream } from './component-stream.ts'
import { ComponentTls } from './component-tls.ts'
import type { ComponentsContext } from './context.ts'
import { Conversations } from './conversations.ts'
import { bySasl, definitionsOf } from './definition.ts'
import { Directory } from './directory.ts'
import { ComponentEvents } from './events.ts'
import { Nesting } from './nesting.ts'
import { Streams } from './streams.ts'
import { Tidings } from './tidings.ts'

const ROUND_MS = 100
/** How long a component may take nothing of what is written to it. */
const UNREAD_MS = 60_000
const KEEP_ALIVE_MS = 30_000

/** External components (XEP-0114): those whose streams are held here, and what is for any, where this instance owns the pair. */
export class Components implements Half {
  readonly #context: ComponentsContext
  readonly #tidings: Tidings
  readonly #streams: Streams
  readonly #arrivals: Arrivals
  readonly #conversations: Conversations
  readonly #listeners = new Map<string, Listener>()
  readonly #proxies: readonly Domain[]
  readonly #proxy: BytestreamsProxy | undefined
  #round: NodeJS.Timeout | undefined

  constructor(gateway: GatewayContext) {
    const context = contextOf(gateway)
    this.#context = context
    this.#tidings = new Tidings(context, context.directory)
    this.#streams = new Streams((held) => {
      this.#tidings.holds(held)
      this.#conversations.sweep()
    })
    this.#arrivals = new Arrivals(context, this.#streams)
    this.#conversations = new Conversations(context)
    context.ownership.onDeparture((instance) => this.#tidings.forget(instance))
    this.#proxies = BytestreamsProxy.domains(context)
    this.#proxy = this.#proxies.length > 0 ? new BytestreamsProxy(context) : undefined
    this.#observe()
  }

  get addresses(): Readonly<Record<string, string>> {
    const own = Object.fromEntries([...this.#listeners].map(([name, { address }]) => [name, address]))
    const proxy65 = this.#proxy?.address
    return proxy65 === undefined ? own : { ...own, proxy65 }
  }

  takes(remote: Domain): boolean {
    return this.#context.definitions.has(remote) || this.#proxies.includes(remote)
  }

  receive(...received: Parameters<Half['receive']>): void {
    this.#conversations.receive(...received)
  }

  hears(envelope: Envelope, from: InstanceId): boolean {
    if (envelope.op === Op.streams) this.#tidings.hear(envelope, from)
    else if (envelope.op === Op.component) this.#arrivals.receive(envelope, from)
    else return false
    return true
  }

  async settle(partition: number): Promise<void> {
    await patiently(Promise.all([this.#conversations.settled(partition), this.#context.router.settled(partition)]))
  }

  async unload(partition: number, reason: 'handover' | 'lost'): Promise<void> {
    if (reason === 'handover') await patiently(this.#conversations.settled(partition))
    this.#conversations.forget(partition)
    // What was bounced: after the next owner has said something in the partition's name it would be dropped.
    if (reason === 'handover') await patiently(this.#context.router.settled(partition))
  }

  async listen(): Promise<void> {
    const { config, definitions, tls, offersSasl } = this.#context
    if (definitions.size === 0 && this.#proxy === undefined) return
    this.#round = setInterval(() => this.#sweep(), ROUND_MS)
    await this.#openProxy()
    // Nobody could come in.
    if (definitions.size === 0) return
    if (offersSasl || config.listen.componentTls !== false) await tls.open(this.#context)
    await this.#add('component', config.listen.component, (socket) => socket)
    if (config.listen.componentTls === false) return
    await this.#add('componentTls', config.listen.componentTls, (socket) => tls.secure(socket))
  }

  async drain(signal: AbortSignal): Promise<void> {
    for (const { close } of this.#listeners.values()) close()
    this.#proxy?.stop()
    this.#streams.leave()
    await Promise.all([...this.#streams].map((stream) => stream.drain(signal)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#round)
    this.#context.nesting[Symbol.dispose]()
    for (const { close } of this.#listeners.values()) close()
    for (const stream of this.#streams) stream.xml.destroy()
    this.#proxy?.[Symbol.dispose]()
    await this.#context.tls[Symbol.asyncDispose]()
  }

  /** Whoever listens serves the proxies of all domains. */
  async #openProxy(): Promise<void> {
    await this.#proxy?.listen()
    if (this.#proxy?.address === undefined) return
    for (const domain of this.#proxies) this.#streams.bound(this.#proxy.bearer(domain, this.#streams.nextNumber()))
  }

  async #add(name: string, at: ListenAddress | false, wrap: (socket: Socket) => Socket): Promise<void> {
    if (at === false) return
    const accept = (socket: Socket): void => {
      const address = socket.remoteAddress ?? ''
      if (!admits(address, this.#context.definitions, this.#streams.unproven)) {
        socket.destroy()
        return
      }
      socket.setNoDelay(true)
      socket.setKeepAlive(true, KEEP_ALIVE_MS)
      new ComponentStream(this.#context, this.#streams, { socket: wrap(socket), address })
    }
    this.#listeners.set(name, await listen(at, accept))
  }

  #sweep(): void {
    this.#tidings.tell()
    this.#conversations.sweep()
    const now = performance.now()
    for (const stream of this.#streams) stream.checkProgress(now, UNREAD_MS)
  }

  #observe(): void {
    const { metrics, definitions } = this.#context
    for (const domain of definitions.keys()) {
      const streams = () => this.#streams.countOf(domain)
      metrics.gauge('heliograph_component_streams', 'Streams of a component held here.', streams, { domain })
    }
    metrics.gauge(
      'heliograph_component_waiting_stanzas',
      'Stanzas for components that no component has taken yet.',
      () => this.#conversations.stanzas,
    )
  }
}

function contextOf(gateway: GatewayContext): ComponentsContext {
  const { config, log, metrics } = gateway
  const definitions = definitionsOf(config)
  return {
    ...gateway,
    definitions,
    tls: new ComponentTls(),
    credentials: new ComponentCredentials(definitions),
    offersSasl: [...definitions.values()].some(bySasl),
    directory: new Directory(() => performance.now()),
    events: new ComponentEvents(log, metrics),
    nesting: new Nesting(gateway),
    ...streamLimitsOf(config),
  }
}
