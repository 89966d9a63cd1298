import type { TLSSocket } from 'node:tls'
import { type Element, escapeAttribute } from '@heliograph/xml'
import { BoshTransport } from './bosh-transport.ts'
import { Inbox, type Matcher } from './inbox.ts'
import { PollingTransport } from './polling-transport.ts'
import { StreamReader } from './stream-reader.ts'
import { SocketTransport, type Transport, type TransportEvents } from './transport.ts'
import { WebSocketTransport } from './web-socket-transport.ts'

export interface RawStreamOptions {
  readonly host?: string
  readonly port: number
  /** The server's domain. */
  readonly domain: string
  /** Default `starttls`; `tcp` stays without TLS. `ws`/`wss` use `/xmpp-websocket`, `bosh`/`boshs` use `/http-bind`, `poll` uses `/http-poll`. */
  readonly transport?: 'starttls' | 'tls' | 'tcp' | 'ws' | 'wss' | 'bosh' | 'boshs' | 'poll'
  /** Sent with each request over HTTP. */
  readonly headers?: Readonly<Record<string, string>>
  /** Where the requests of a session over HTTP go, taking turns, once it was created at `port`; default there too. */
  readonly laterPorts?: readonly number[]
  /** PEM of the authority that the server's certificate is checked against; without it any is accepted. */
  readonly ca?: string
  /** Where the client connects from, e.g. another address of the loopback. */
  readonly localAddress?: string
  /** Further declarations in the stream header, e.g. `xmlns:x='urn:x'`. */
  readonly namespaces?: string
  /** Sent first of all, before TLS, e.g. a PROXY header. */
  readonly prelude?: string | Uint8Array
  /** How long `expect` waits unless told; default 20000. */
  readonly timeoutMs?: number
  /** False: what was received isn't kept once it was taken, as in tests that run for long. */
  readonly remembers?: boolean
}

export const NS_STREAM = 'http://etherx.jabber.org/streams'
const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing'
const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls'

/** A client's end of an XMPP stream: sends any bytes, takes what comes one element at a time. */
export class RawStream implements AsyncDisposable {
  readonly domain: string
  /** The latest `<stream:features/>`. */
  features: Element | undefined
  /** Everything received, in order, stream headers included; empty when it isn't remembered. */
  readonly received: Element[] = []
  readonly #options: RawStreamOptions
  readonly #timeoutMs: number
  readonly #framed: boolean
  readonly #inbox = new Inbox()
  readonly #ended = Promise.withResolvers<Error | undefined>()
  #reader!: StreamReader
  #error: Element | undefined
  #closed = false
  #over = false
  protected transport!: Transport

  protected constructor(options: RawStreamOptions) {
    this.#options = options
    this.domain = options.domain
    this.#timeoutMs = options.timeoutMs ?? 20_000
    this.#framed = ['ws', 'wss', 'bosh', 'boshs'].includes(options.transport ?? '')
  }

  /** The TLS channel, for what is bound to it; undefined without one, or where the platform hides it. */
  get tls(): TLSSocket | undefined {
    return this.transport.tls
  }

  /** Connects the transport; no stream is open yet. */
  protected async connectTransport(): Promise<void> {
    const { host = '127.0.0.1', port, transport = 'starttls', domain, ca } = this.#options
    const events = {
      onBytes: (bytes: Uint8Array) => this.#onBytes(bytes),
      onEnd: (error: Error | undefined) => this.#onEnd(error),
    }
    if (transport !== 'starttls' && transport !== 'tls' && transport !== 'tcp') {
      this.transport = await this.#overHttp(transport, events)
      return
    }
    const { localAddress, prelude } = this.#options
    const socket = await SocketTransport.open({ host, port, localAddress }, events)
    this.transport = socket
    if (prelude !== undefined) socket.write(prelude)
    if (transport === 'tls') await socket.startTls({ domain, ca })
  }

  async #overHttp(transport: 'ws' | 'wss' | 'bosh' | 'boshs' | 'poll', events: TransportEvents): Promise<Transport> {
    const { host = '127.0.0.1', port, domain, ca, localAddress, headers, laterPorts: ports = [port] } = this.#options
    const from = { ...(localAddress && { localAddress }), ...(headers && { headers }) }
    if (transport === 'poll') return new PollingTransport({ host, ports }, events)
    if (transport === 'bosh' || transport === 'boshs') {
      return new BoshTransport({ host, ports, ca, secure: transport === 'boshs', ...from }, { domain, port }, events)
    }
    return WebSocketTransport.open(`${transport}://${host}:${port}/xmpp-websocket`, { domain, ca, ...from }, events)
  }

  /** Opens a stream and waits for its features; starts TLS first where that is the transport. */
  async open(): Promise<Element> {
    const features = await this.openStream()
    if ((this.#options.transport ?? 'starttls') !== 'starttls' || this.transport.tls) return features
    this.send(`<starttls xmlns='${NS_TLS}'/>`)
    await this.expect('proceed')
    const { domain, ca } = this.#options
    await (this.transport as SocketTransport).startTls({ domain, ca })
    return this.openStream()
  }

  /** Sends a stream header, the first or that of a restart, and waits for the features. */
  async openStream(): Promise<Element> {
    const to = escapeAttribute(this.domain)
    const further = this.#options.namespaces === undefined ? '' : ` ${this.#options.namespaces}`
    this.startStream(
      this.#framed
        ? `<open xmlns='${NS_FRAMING}' to='${to}' version='1.0'/>`
        : `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS_STREAM}'${further} to='${to}' version='1.0'>`,
    )
    this.features = await this.expect((element) => element.is('features', NS_STREAM))
    return this.features
  }

  /** Sends a stream header, and reads what comes as a new stream. */
  protected startStream(header: string): void {
    this.#reader = new StreamReader({
      onOpen: (answer) => {
        this.#remember(answer)
        this.opened(answer)
      },
      onElement: (element) => this.#onElement(element),
      onClose: () => this.#sayGoodbye(),
    })
    this.transport.write(header)
  }

  /** Told of the server's stream header. */
  protected opened(_header: Element): void {}

  /** Sends bytes or text exactly as given, but for a stanza in a WebSocket message, which gets the namespace it lacks. */
  send(data: string | Uint8Array): void {
    this.write(data)
  }

  protected write(data: string | Uint8Array): void {
    this.transport.write(this.#framed && typeof data === 'string' ? declareNamespace(data) : data)
  }

  /** Sends an IQ and takes the answer to its id, of whatever type. */
  async request(iq: string, timeoutMs?: number): Promise<Element> {
    const id = /\sid=['"]([^'"]*)['"]/.exec(iq)?.[1]
    this.send(iq)
    return this.expect((element) => {
      const { type } = element.attrs
      return element.getName() === 'iq' && element.attrs.id === id && (type === 'result' || type === 'error')
    }, timeoutMs)
  }

  /** Takes the first element that matches; waits for it, leaving what comes before it for others. */
  expect(matcher: Matcher, timeoutMs = this.#timeoutMs): Promise<Element> {
    return this.#inbox.take(matcher, timeoutMs)
  }

  /** Takes all elements that have come and match. */
  takeAll(matcher: Matcher): Element[] {
    return this.#inbox.takeAll(matcher)
  }

  /** @throws when a matching element is there or comes within `forMs` */
  async expectNone(matcher: Matcher, forMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, forMs))
    const came = this.takeAll(matcher)
    if (came.length > 0) throw new Error(`unexpected: ${came.join('\n')}`)
  }

  /** Leaves what the server writes in the kernel's buffers, until they are full. */
  stopReading(): void {
    this.transport.pause()
  }

  startReading(): void {
    this.transport.resume()
  }

  /** Loses the connection without a word. */
  cut(): void {
    this.transport.cut()
  }

  /** Resolves when the connection has ended, with the error that ended it, if any. */
  get ended(): Promise<Error | undefined> {
    return this.#ended.promise
  }

  /**
   * Ends the stream (and with it the session, also with stream management). @throws when the connection breaks, or the server doesn't
   * close it in time: the session may live on then
   */
  async close(timeoutMs = 10_000): Promise<void> {
    if (this.#over) return
    this.#sayGoodbye()
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.cut()
    }, timeoutMs)
    this.transport.end()
    const error = await this.#ended.promise
    clearTimeout(timer)
    if (late) throw new Error(`the server did not close the stream in ${timeoutMs} ms`)
    if (error) throw new Error('the connection broke while the stream was being closed', { cause: error })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
  }

  /** Sees each element first; true when nobody else shall. */
  protected handles(_element: Element): boolean {
    return false
  }

  /** Closes the stream, once: of its own accord, or because the server did (RFC 6120 §4.4). */
  #sayGoodbye(): void {
    if (this.#closed) return
    this.#closed = true
    this.transport.write(this.#framed ? `<close xmlns='${NS_FRAMING}'/>` : '</stream:stream>')
  }

  #onBytes(bytes: Uint8Array): void {
    try {
      if (this.#framed) this.#readFrame(bytes)
      else this.#reader.write(bytes)
    } catch (error) {
      this.#inbox.end(new Error('the server broke the protocol', { cause: error }))
      this.cut()
    }
  }

  /** RFC 7395 §3.3: a message is an element, which declares its namespaces itself. */
  #readFrame(bytes: Uint8Array): void {
    const reader = new StreamReader({
      onOpen: () => {},
      onElement: (element) => {
        if (element.is('open', NS_FRAMING)) this.#remember(element)
        else if (element.is('close', NS_FRAMING)) this.#sayGoodbye()
        else this.#onElement(element)
      },
      onClose: () => {},
    })
    reader.write(Buffer.concat([Buffer.from('<frame>'), bytes, Buffer.from('</frame>')]))
  }

  #remember(element: Element): void {
    if (this.#options.remembers ?? true) this.received.push(element)
  }

  #onElement(element: Element): void {
    this.#remember(element)
    if (element.is('error', NS_STREAM)) this.#error = element
    if (!this.handles(element)) this.#inbox.put(element)
  }

  #onEnd(error: Error | undefined): void {
    this.#over = true
    this.#inbox.end(error ?? new Error(`the connection has ended${this.#error ? ` with ${this.#error}` : ''}`))
    this.#ended.resolve(error)
  }
}

/** RFC 7395 §3.3.3: there is no stream header from which a stanza could inherit its namespace. */
function declareNamespace(xml: string): string {
  return xml.replace(/^<(message|presence|iq)(?=[\s/>])(?![^>]*\sxmlns=)/, `<$1 xmlns='jabber:client'`)
}
