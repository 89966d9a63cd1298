import type { Flushable, Transport } from '@heliograph/streams'
import { Outbox } from '../bosh/outbox.ts'
import type { Connection } from '../connection.ts'
import type { Exchange } from '../web/exchange.ts'
import { PollingKeys } from './key-chain.ts'
import type { PollingMessage } from './message.ts'
import { faultReply, idOf, replyWith } from './replies.ts'

interface PollingParts {
  readonly sid: string
  readonly key: string | undefined
  /** Called once, when no more requests can be answered. */
  readonly ended: () => void
}

/** How long a request waits for what is being worked on. */
const PROCESSING_MS = 1_000
const MINUTE_MS = 60_000

/** A session of HTTP polling (XEP-0025): a stream in pieces, whatever is there goes out with each request. It has no timer. */
export class PollingSession implements Transport, Flushable {
  readonly kind = 'polling'
  readonly tls = undefined
  readonly #connection: Connection
  readonly #id: string
  readonly #ended: () => void
  readonly #keys: PollingKeys
  readonly #out = new Outbox()
  #waiting: { readonly exchange: Exchange; readonly at: number } | undefined = undefined
  #paused = false
  #scheduled = false
  #over = false
  #heard: number
  #minute: { readonly since: number; requests: number }

  constructor(connection: Connection, { sid, key, ended }: PollingParts) {
    this.#connection = connection
    this.#id = idOf(sid)
    this.#ended = ended
    this.#keys = new PollingKeys(key)
    this.#heard = this.#now
    this.#minute = { since: this.#now, requests: 0 }
  }

  /** The first request of the session, whose key was the first. */
  begin(exchange: Exchange, { xml }: PollingMessage): void {
    this.#accept(exchange, xml)
  }

  take(exchange: Exchange, { key, newKey, xml }: PollingMessage): void {
    // XEP-0025 §4: not processed, and no sign of life.
    if (this.#connection.secure && !exchange.request.secure) exchange.answer(faultReply('badRequest'))
    else if (!this.#keys.accepts(key, newKey)) exchange.answer(faultReply('keys'))
    else if (this.#isTooOften()) {
      exchange.answer(faultReply('unknown'))
      if (this.#over) this.#ended()
      else this.#connection.onEnd()
    } else this.#accept(exchange, xml)
  }

  sweep(now: number): void {
    if (this.#waiting !== undefined && now - this.#waiting.at >= PROCESSING_MS) this.#respond()
    const { inactivitySeconds } = this.#connection.edge.config.web.polling
    if (now - this.#heard <= inactivitySeconds * 1000) return
    if (this.#over) this.#ended()
    else this.#connection.onEnd()
  }

  flush(): void {
    // What the stream has to say in this turn goes along.
    this.#connection.flush()
    this.#scheduled = false
    if (!this.#paused || this.#over) this.#respond()
  }

  write(chunks: readonly Buffer[]): void {
    this.#out.add(chunks)
  }

  get backlog(): number {
    return this.#out.bytes
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#schedule()
  }

  /** What was written goes out with this request or the next one. */
  end(): void {
    if (this.#over) return
    this.#over = true
    this.#schedule()
    this.#connection.onGone()
  }

  destroy(): void {
    this.#over = true
    this.#waiting?.exchange.answer(faultReply('server'))
    this.#waiting = undefined
    this.#ended()
    this.#connection.onGone()
  }

  get #now(): number {
    return this.#connection.edge.clock.now
  }

  #accept(exchange: Exchange, xml: Buffer): void {
    this.#respond()
    this.#waiting = { exchange, at: this.#now }
    this.#heard = this.#now
    if (!this.#over && xml.length > 0) this.#connection.onData(xml)
    exchange.release()
    this.#schedule()
  }

  #isTooOften(): boolean {
    if (this.#now - this.#minute.since >= MINUTE_MS) this.#minute = { since: this.#now, requests: 0 }
    this.#minute.requests++
    return this.#minute.requests > this.#connection.edge.config.web.polling.requestsPerMinute
  }

  #respond(): void {
    const exchange = this.#waiting?.exchange
    this.#waiting = undefined
    if (exchange === undefined || exchange.gone) return
    exchange.answer(replyWith(this.#id, this.#out.takeAll()))
    if (this.#over) this.#ended()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#connection.edge.flusher.schedule(this)
  }
}
