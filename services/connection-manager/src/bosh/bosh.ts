import { Connection } from '../connection.ts'
import type { Edge } from '../edge.ts'
import type { AddressLimit } from '../listeners/address-limit.ts'
import type { Exchange } from '../web/exchange.ts'
import { type Peers, TAG_LENGTH } from '../web/peers.ts'
import { relay } from '../web/relay.ts'
import { SessionRegistry } from '../web/session-registry.ts'
import type { WebSessions } from '../web/web-sessions.ts'
import { type BodyHead, readHead } from './body-head.ts'
import type { TerminalCondition } from './conditions.ts'
import { BoshSession } from './session.ts'
import { agree } from './terms.ts'
import { refusal } from './wrapper.ts'

/** The BOSH sessions of an edge. Any edge takes any request: what it doesn't hold it relays to the edge that the session's id names. */
export class Bosh implements WebSessions {
  readonly #edge: Edge
  readonly #peers: Peers
  readonly #sessions: SessionRegistry<BoshSession>
  #closed = false

  constructor(edge: Edge, { limit, peers }: { limit: AddressLimit; peers: Peers }) {
    this.#edge = edge
    this.#peers = peers
    this.#sessions = new SessionRegistry(edge, limit)
  }

  take(exchange: Exchange, options: { relayed: boolean }): void {
    const head = readHead(exchange.request.body, this.#edge.config.xmlBeforeAuth)
    if (head === undefined) {
      refuse(exchange, 'bad-request')
      return
    }
    if (head.sid === undefined) {
      this.#create(exchange, head)
      return
    }
    const session = this.#sessions.get(head.sid)
    if (session !== undefined) session.take(exchange, head)
    else if (options.relayed) refuse(exchange, 'item-not-found')
    else this.#relay(exchange, head.sid)
  }

  sweep(now: number): void {
    this.#sessions.sweep(now)
  }

  close(): void {
    this.#closed = true
  }

  #create(exchange: Exchange, head: BodyHead): void {
    const terms = agree(head, this.#edge.config.web)
    if (this.#closed) {
      exchange.answer(refusal('system-shutdown', terms))
      return
    }
    const { address, secure } = exchange.request
    const { connections, config, events } = this.#edge
    if (connections.size >= config.limits.connections) {
      events.rejected('limit')
      exchange.answer(refusal('internal-server-error', terms))
      return
    }
    const session = this.#sessions.open(address, (sid, ended) => {
      const connection = new Connection(this.#edge, { address, kind: 'bosh', secure })
      const opened = new BoshSession(connection, { sid, terms, head, ended })
      connection.transport = opened
      return opened
    })
    if (session !== undefined) session.take(exchange, head)
    else {
      events.rejected('address_limit')
      exchange.answer(refusal('policy-violation', terms))
    }
  }

  #relay(exchange: Exchange, sid: string): void {
    const tag = sid.slice(0, TAG_LENGTH)
    const lost = (): void => refuse(exchange, 'item-not-found')
    if (tag === this.#sessions.tag) lost()
    else relay({ edge: this.#edge, peers: this.#peers, exchange, kind: 'bosh', tag }, lost)
  }
}

/** To a client whose terms aren't known. */
function refuse(exchange: Exchange, condition: TerminalCondition): void {
  exchange.answer(refusal(condition, { ver: '', content: 'text/xml; charset=utf-8' }))
}
