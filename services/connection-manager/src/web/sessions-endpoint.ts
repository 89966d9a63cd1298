import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Edge } from '../edge.ts'
import { Exchange, type WebReply, type WebRequest } from './exchange.ts'
import type { WebClient } from './forwarded.ts'
import type { SessionKind } from './peers.ts'
import { readBody } from './read-body.ts'
import type { WebSessions } from './web-sessions.ts'

/** Beside its largest stanza, what a body may have. */
const SLACK = 65_536

/** Pages of any origin may ask (CORS), with nobody's cookies. What comes back is data, whatever content type a client wanted for it. */
const HEADERS = {
  'access-control-allow-origin': '*',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
}

const PREFLIGHT = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'Content-Type',
  'access-control-max-age': '86400',
}

export interface EndpointOptions {
  readonly edge: Edge
  readonly kind: SessionKind
  readonly sessions: WebSessions
}

/** Who sends a request, and who hears how far it has come. */
export interface Arrival {
  readonly client: WebClient
  /** It has come completely. */
  readonly received: () => void
  /** Its answer is on the way, and to be read. */
  readonly answered: () => void
}

/** Where clients POST: makes exchanges of requests. */
export class SessionsEndpoint {
  readonly kind: SessionKind
  readonly sessions: WebSessions
  readonly #edge: Edge

  constructor({ edge, kind, sessions }: EndpointOptions) {
    this.#edge = edge
    this.kind = kind
    this.sessions = sessions
  }

  answer(request: IncomingMessage, response: ServerResponse, from: Arrival): void {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, PREFLIGHT).end()
      return
    }
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST, OPTIONS' }).end()
      return
    }
    const { address, secure } = from.client
    readBody(request, this.#edge.config.xml.elementBytes + SLACK, {
      tooLarge: () => void response.writeHead(413, { ...HEADERS, connection: 'close' }).end(),
      done: (body) => {
        from.received()
        this.#take({ body, address, secure }, response, from)
      },
    })
  }

  #take(request: WebRequest, response: ServerResponse, { answered }: Arrival): void {
    this.#edge.events.webRequest(this.kind)
    const exchange = new Exchange(request, (reply) => {
      answered()
      send(response, reply)
    })
    response.on('close', () => exchange.leave())
    try {
      this.sessions.take(exchange, { relayed: false })
    } catch (error) {
      this.#edge.events.webFailed(error)
      response.destroy()
    }
  }
}

function send(response: ServerResponse, { status, type, body, cookie }: WebReply): void {
  const further = cookie === undefined ? {} : { 'set-cookie': cookie }
  response.writeHead(status, { ...HEADERS, ...further, 'content-type': type, 'content-length': body.length })
  response.end(body)
}
