import { Connection } from '../connection.ts'
import type { Edge } from '../edge.ts'
import type { AddressLimit } from '../listeners/address-limit.ts'
import type { Exchange } from '../web/exchange.ts'
import { type Peers, TAG_LENGTH } from '../web/peers.ts'
import { relay } from '../web/relay.ts'
import { SessionRegistry } from '../web/session-registry.ts'
import type { WebSessions } from '../web/web-sessions.ts'
import { type PollingMessage, readMessage } from './message.ts'
import { faultReply, sidOf } from './replies.ts'
import { PollingSession } from './session.ts'

/** The sessions of HTTP polling (XEP-0025) at an edge: obsolete, for clients that nothing else reaches. */
export class Polling implements WebSessions {
  readonly #edge: Edge
  readonly #peers: Peers
  readonly #sessions: SessionRegistry<PollingSession>
  #closed = false

  constructor(edge: Edge, { limit, peers }: { limit: AddressLimit; peers: Peers }) {
    this.#edge = edge
    this.#peers = peers
    this.#sessions = new SessionRegistry(edge, limit)
  }

  take(exchange: Exchange, options: { relayed: boolean }): void {
    const message = readMessage(exchange.request.body)
    if (message === undefined) exchange.answer(faultReply('badRequest'))
    else if (message.id === '0') this.#create(exchange, message)
    else this.#find(exchange, message, options)
  }

  sweep(now: number): void {
    this.#sessions.sweep(now)
  }

  close(): void {
    this.#closed = true
  }

  #create(exchange: Exchange, message: PollingMessage): void {
    const { connections, config, events } = this.#edge
    const { address, secure } = exchange.request
    if (this.#closed || connections.size >= config.limits.connections) {
      exchange.answer(faultReply('server'))
      return
    }
    const session = this.#sessions.open(address, (sid, ended) => {
      const connection = new Connection(this.#edge, { address, kind: 'polling', secure })
      const opened = new PollingSession(connection, { sid, key: message.key, ended })
      connection.transport = opened
      return opened
    })
    if (session !== undefined) session.begin(exchange, message)
    else {
      events.rejected('address_limit')
      exchange.answer(faultReply('server'))
    }
  }

  #find(exchange: Exchange, message: PollingMessage, options: { relayed: boolean }): void {
    const sid = sidOf(message.id)
    const tag = sid.slice(0, TAG_LENGTH)
    const session = this.#sessions.get(sid)
    const lost = (): void => exchange.answer(faultReply('unknown'))
    if (session !== undefined) session.take(exchange, message)
    else if (options.relayed || tag === this.#sessions.tag) lost()
    else relay({ edge: this.#edge, peers: this.#peers, exchange, kind: 'polling', tag }, lost)
  }
}
