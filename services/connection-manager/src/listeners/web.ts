import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { type WebSocket, WebSocketServer } from 'ws'
import { Connection } from '../connection.ts'
import type { Edge } from '../edge.ts'
import { WebSocketTransport } from '../transport/websocket-transport.ts'
import { hostMeta } from './host-meta.ts'

const PATH = '/xmpp-websocket'
const SUBPROTOCOL = 'xmpp'
const IDLE_MS = 30_000
/** Lets a message that is a little too large arrive, so that it gets its stream error; ws refuses larger ones itself. */
const SLACK = 65_536

/**
 * HTTP and HTTPS as one: WebSockets (RFC 7395) and where to find them (XEP-0156). Sockets come from elsewhere, with TLS or without.
 */
export class Web {
  readonly #edge: Edge
  readonly #server: Server
  readonly #webSockets: WebSocketServer
  readonly #addresses = new WeakMap<Duplex, string>()
  /** Port of the HTTPS listener, 0 while there is none. */
  securePort = 0

  constructor(edge: Edge) {
    this.#edge = edge
    this.#server = createServer((request, response) => this.#answer(request, response))
    this.#server.timeout = IDLE_MS
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head))
    this.#webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: edge.config.xml.elementBytes + SLACK,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    })
  }

  welcomePlain(socket: Socket, address: string): void {
    this.#addresses.set(socket, address)
    this.#server.emit('connection', socket)
  }

  welcomeSecure(socket: Socket, address: string): void {
    const secured = this.#edge.tls.forHttp(socket)
    this.#addresses.set(secured, address)
    const giveUp = (): void => void secured.destroy()
    secured.setTimeout(IDLE_MS, giveUp)
    secured.once('secure', () => {
      secured.off('timeout', giveUp)
      this.#server.emit('connection', secured)
    })
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const page = hostMeta(request, { domains: this.#edge.hosts.domains, port: this.securePort, path: PATH })
    if (page === undefined) {
      response.writeHead(404).end()
      return
    }
    // XEP-0156 §3: web clients come from anywhere.
    response.writeHead(200, { 'content-type': page.type, 'access-control-allow-origin': '*' })
    response.end(page.body)
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const refusal = refusalOf(request)
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    const address = this.#addresses.get(socket) ?? ''
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(webSocket, socket, address))
  }

  #welcome(webSocket: WebSocket, socket: Socket, address: string): void {
    const secure = socket instanceof TLSSocket
    const connection = new Connection(this.#edge, { address, kind: 'websocket', secure })
    connection.transport = new WebSocketTransport(webSocket, socket, connection)
  }
}

function refusalOf({ url, headers }: IncomingMessage): string | undefined {
  if (url?.split('?')[0] !== PATH) return '404 Not Found'
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? []
  // RFC 7395 §3.1
  return offered.includes(SUBPROTOCOL) ? undefined : '400 Bad Request'
}
