import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { QUESTION_PATH } from '@heliograph/questions'
import { UPLOAD_PATH, type UploadEndpoint } from '@heliograph/uploads'
import { type WebSocket, WebSocketServer } from 'ws'
import { Bosh } from '../bosh/bosh.ts'
import { Connection } from '../connection.ts'
import type { Edge } from '../edge.ts'
import { Polling } from '../polling/polling.ts'
import { WebSocketTransport } from '../transport/websocket-transport.ts'
import { EVENTS_PATH } from '../web/events-endpoint.ts'
import { Exchange, type WebReply } from '../web/exchange.ts'
import { Forwarded, type WebClient } from '../web/forwarded.ts'
import type { Peers, RelayedRequest, SessionKind } from '../web/peers.ts'
import { answerQuestionPage } from '../web/question-page.ts'
import { SessionsEndpoint } from '../web/sessions-endpoint.ts'
import type { AddressLimit } from './address-limit.ts'
import { hostMeta } from './host-meta.ts'
import { HttpSockets } from './http-sockets.ts'

const WEB_SOCKET_PATH = '/xmpp-websocket'
const BOSH_PATH = '/http-bind'
const POLLING_PATH = '/http-poll'
const SUBPROTOCOL = 'xmpp'
const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT'])
const HANDSHAKE_MS = 30_000
/** Lets a message that is a little too large arrive, so that it gets its stream error; ws refuses larger ones itself. */
const SLACK = 65_536

interface WebParts {
  /** Counts what is open from each address. */
  readonly limit: AddressLimit
  readonly peers: Peers
}

/**
 * HTTP and HTTPS as one: WebSockets (RFC 7395), BOSH (XEP-0124), where to find them (XEP-0156), and uploaded files (XEP-0363). Sockets come
 * from elsewhere, with TLS or without.
 */
export class Web {
  readonly #edge: Edge
  readonly #limit: AddressLimit
  readonly #server: Server
  readonly #webSockets: WebSocketServer
  readonly #addresses = new WeakMap<Duplex, string>()
  readonly #sockets = new HttpSockets()
  readonly #endpoints: ReadonlyMap<string, SessionsEndpoint>
  /** Proxies that speak for others. */
  readonly forwarded: Forwarded
  /** Ports as bound of the listeners with TLS, 0 while there is none. */
  ports = { https: 0, c2sTls: 0 }

  constructor(edge: Edge, { limit, peers }: WebParts) {
    const { trustedProxies, proxyHeader } = edge.config.web
    this.#edge = edge
    this.#limit = limit
    this.forwarded = new Forwarded({ trusted: trustedProxies, header: proxyHeader })
    this.#endpoints = endpointsOf(edge, { limit, peers })
    this.#server = createServer((request, response) => {
      try {
        this.#answer(request, response)
      } catch (error) {
        edge.events.webFailed(error)
        response.destroy()
      }
    })
    // The edge's sweep knows how long anybody may take.
    this.#server.keepAliveTimeout = 0
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head))
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    })
  }

  welcomePlain(socket: Socket, address: string): void {
    this.#welcome(socket, address)
  }

  welcomeSecure(socket: Socket, address: string): void {
    const secured = this.#edge.tls.forHttp(socket)
    const giveUp = (): void => void secured.destroy()
    secured.setTimeout(HANDSHAKE_MS, giveUp)
    secured.once('secure', () => {
      secured.setTimeout(0, giveUp)
      this.#welcome(secured, address)
    })
  }

  /** A request that another edge took for a session of this one. */
  takeRelayed({ kind, ...request }: RelayedRequest, reply: (reply: WebReply) => void): Exchange {
    const exchange = new Exchange(request, reply)
    const sessions = this.#sessionsOf(kind)
    if (sessions !== undefined) sessions.take(exchange, { relayed: true })
    // An edge that is configured otherwise.
    else exchange.answer({ status: 404, type: 'text/plain', body: Buffer.alloc(0) })
    return exchange
  }

  sweep(now: number): void {
    for (const { sessions } of this.#endpoints.values()) sessions.sweep(now)
    this.#sockets.sweep(now)
  }

  /** No new sessions from here on. */
  close(): void {
    for (const { sessions } of this.#endpoints.values()) sessions.close()
  }

  [Symbol.dispose](): void {
    this.#sockets.closeAll()
  }

  #sessionsOf(kind: SessionKind) {
    return [...this.#endpoints.values()].find((endpoint) => endpoint.kind === kind)?.sessions
  }

  #welcome(socket: Socket, address: string): void {
    this.#addresses.set(socket, address)
    this.#sockets.await(socket, this.#edge.clock.now)
    this.#server.emit('connection', socket)
  }

  #clientOf(request: IncomingMessage, socket: Socket): WebClient {
    const address = this.#addresses.get(socket) ?? ''
    return this.forwarded.clientOf(request.headers, { address, secure: socket instanceof TLSSocket })
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const client = this.#clientOf(request, socket)
    const answered = (): void => this.#sockets.await(socket, this.#edge.clock.now)
    response.on('close', answered)
    const endpoint = this.#endpoints.get(pathOf(request))
    const { uploads, asking, sources } = this.#edge
    if (uploads !== undefined && pathOf(request).startsWith(UPLOAD_PATH)) this.#transfer(uploads, request, response)
    else if (asking !== undefined && pathOf(request).startsWith(QUESTION_PATH)) {
      const received = () => this.#sockets.received(socket)
      const token = pathOf(request).slice(QUESTION_PATH.length)
      answerQuestionPage(asking, { token, request, response, received })
    } else if (sources !== undefined && pathOf(request).startsWith(EVENTS_PATH))
      sources.answer(request, response, () => this.#sockets.received(socket))
    else if (endpoint === undefined) this.#answerPage(request, response, client)
    else endpoint.answer(request, response, { client, received: () => this.#sockets.received(socket), answered })
  }

  /** A file, up or down; how long it may take is for the endpoint to say. */
  #transfer(uploads: UploadEndpoint, request: IncomingMessage, response: ServerResponse): void {
    this.#sockets.received(request.socket)
    uploads
      .answer(request, response)
      .catch((error: unknown) => this.#edge.events.webFailed(error))
      .finally(() => {
        const method = METHODS.has(request.method ?? '') ? (request.method ?? '') : 'other'
        this.#edge.events.fileRequest(method, response.headersSent ? response.statusCode : 0)
      })
  }

  #answerPage(request: IncomingMessage, response: ServerResponse, { host }: WebClient): void {
    const { publicUrl, publicAddresses } = this.#edge.config.web
    const proxied = this.forwarded.trusted.has(this.#addresses.get(request.socket) ?? '')
    const page = hostMeta(
      { method: request.method, path: pathOf(request), host, proxied },
      {
        domains: this.#edge.hosts.domains,
        port: this.ports.https,
        tlsPort: this.ports.c2sTls,
        webSocket: WEB_SOCKET_PATH,
        bosh: BOSH_PATH,
        publicUrl,
        publicAddresses,
      },
    )
    if (page === undefined) {
      response.writeHead(404).end()
      return
    }
    // XEP-0156 §3: web clients come from anywhere.
    response.writeHead(200, { 'content-type': page.type, 'access-control-allow-origin': '*' })
    response.end(page.body)
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const client = this.#clientOf(request, socket)
    const refusal = refusalOf(request) ?? this.#enter(client, socket)
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    this.#webSockets.options.maxPayload = this.#edge.config.xml.elementBytes + SLACK
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      // RFC 6455 §4.1: every browser tells the page's origin.
      const ofPage = request.headers.origin !== undefined
      this.#open({ webSocket, socket, ofPage }, client)
    })
  }

  /** A proxy's connections aren't counted, but who comes through it is. */
  #enter({ address }: WebClient, socket: Socket): string | undefined {
    if (!this.forwarded.trusted.has(this.#addresses.get(socket) ?? '')) return undefined
    if (this.#limit.enter(address)) {
      socket.once('close', () => this.#limit.leave(address))
      return undefined
    }
    this.#edge.events.rejected('address_limit')
    return '429 Too Many Requests'
  }

  #open(opened: { webSocket: WebSocket; socket: Socket; ofPage: boolean }, { address, secure }: WebClient): void {
    this.#sockets.release(opened.socket)
    const connection = new Connection(this.#edge, { address, kind: 'websocket', secure })
    connection.transport = new WebSocketTransport(opened, connection)
  }
}

function endpointsOf(edge: Edge, parts: WebParts): Map<string, SessionsEndpoint> {
  const bosh = new SessionsEndpoint({ edge, kind: 'bosh', sessions: new Bosh(edge, parts) })
  const endpoints = new Map([[BOSH_PATH, bosh]])
  if (edge.config.web.polling.enabled) {
    endpoints.set(POLLING_PATH, new SessionsEndpoint({ edge, kind: 'polling', sessions: new Polling(edge, parts) }))
  }
  return endpoints
}

function pathOf({ url }: IncomingMessage): string {
  const path = url?.split('?')[0] ?? ''
  // Many write a slash behind.
  return path.replace(/\/$/, '')
}

function refusalOf(request: IncomingMessage): string | undefined {
  if (pathOf(request) !== WEB_SOCKET_PATH) return '404 Not Found'
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? []
  // RFC 7395 §3.1
  return offered.includes(SUBPROTOCOL) ? undefined : '400 Bad Request'
}
