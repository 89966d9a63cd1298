import type { StreamError } from '@heliograph/stanza'
import type { Flushable, Transport } from '@heliograph/streams'
import type { Connection } from '../connection.ts'
import type { Exchange } from '../web/exchange.ts'
import { type BodyHead, isFurther } from './body-head.ts'
import { statusOf, type TerminalCondition, terminalCondition } from './conditions.ts'
import { type Held, HeldRequests } from './held-requests.ts'
import { KeyChain } from './key-chain.ts'
import { Outbox } from './outbox.ts'
import { Pace } from './pace.ts'
import { RidWindow } from './rid-window.ts'
import { type Report, SentResponses } from './sent-responses.ts'
import type { Terms } from './terms.ts'
import { type Attributes, creationAttributes, refusal, replaced, wrap } from './wrapper.ts'

export interface SessionParts {
  readonly sid: string
  readonly terms: Terms
  readonly head: BodyHead
  /** Called once, when no more requests can be answered. */
  readonly ended: () => void
}

/** How long what takes no input may leave a request unanswered beyond its wait. */
const PROCESSING_MS = 1_000
/** Requests are answered on the sweep before their time is up. */
const SWEEP_MS = 250

/**
 * A BOSH session (XEP-0124): what carries a connection's stream over many requests. It keeps requests in order, holds some of them
 * until there is something to say, and remembers what it said. It has no timer: the edge's sweep looks at it.
 */
export class BoshSession implements Transport, Flushable {
  readonly kind = 'bosh'
  readonly tls = undefined
  readonly sid: string
  readonly #connection: Connection
  readonly #terms: Terms
  readonly #ended: () => void
  readonly #window: RidWindow
  readonly #keys: KeyChain
  readonly #pace: Pace
  readonly #sent: SentResponses
  readonly #out = new Outbox()
  readonly #held = new HeldRequests()
  #created = false
  #paused = false
  #scheduled = false
  #over = false
  /** The client has asked for the end. */
  #leaving = false
  /** The stream was closed, and the client has not been told. */
  #farewell: { readonly condition: TerminalCondition | undefined } | undefined = undefined
  /** Seconds the client asked for, until its next request (§10). */
  #pause: number | undefined = undefined
  #report: Report | undefined = undefined
  /** Since when no request is waiting. */
  #quietSince: number

  constructor(connection: Connection, { sid, terms, head, ended }: SessionParts) {
    this.#connection = connection
    this.#terms = terms
    this.#ended = ended
    this.sid = sid
    this.#window = new RidWindow(head.rid - 1, terms.requests)
    this.#keys = new KeyChain(undefined)
    this.#pace = new Pace(terms)
    this.#sent = new SentResponses(terms.requests)
    this.#quietSince = this.#now
  }

  /** A request of this session, the first included. */
  take(exchange: Exchange, head: BodyHead): void {
    // XEP-0124 §19.1: what isn't encrypted is refused, and doesn't end a session that is.
    if (this.#connection.secure && !exchange.request.secure) {
      exchange.answer({ ...refusal('policy-violation', this.#terms), status: 403 })
      return
    }
    const held: Held = { exchange, head, at: this.#now }
    exchange.onGone = () => this.#rest()
    switch (this.#window.placeOf(head.rid, isFurther(head))) {
      case 'old':
        this.#repeat(held)
        break
      case 'early':
        this.#held.deferred(head.rid)?.exchange.answer(replaced(this.#terms))
        this.#held.defer(held)
        break
      case 'outside':
        this.#break('item-not-found', exchange)
        break
      default:
        this.#acceptAll(held)
    }
    this.#schedule()
  }

  /** Answers what has waited long enough; ends a session whose client stays away. */
  sweep(now: number): void {
    const { first } = this.#held
    const wait = this.#terms.wait * 1000
    const patience = this.#paused ? Math.max(wait, PROCESSING_MS) : wait
    if (first !== undefined && !this.#over && now + SWEEP_MS > first.at + patience) this.#answer(this.#held.shift()!)
    if (this.#held.firstAwaited !== undefined) return
    if (now - this.#quietSince <= (this.#pause ?? this.#terms.inactivity) * 1000) return
    if (this.#over) this.#refuseAll('item-not-found')
    // §10: nobody is told; the session may be resumed.
    else this.#connection.onEnd()
  }

  flush(): void {
    // What the stream has to say in this turn goes along.
    this.#connection.flush()
    this.#scheduled = false
    if (this.#over) this.#sayFarewell()
    else while (this.#held.first !== undefined && this.#isDue(this.#held.first)) this.#answer(this.#held.shift()!)
  }

  // The transport.

  write(chunks: readonly Buffer[]): void {
    if (this.#over) return
    this.#out.add(chunks)
    this.#schedule()
  }

  get backlog(): number {
    return this.#out.bytes
  }

  /** Requests stay unanswered, so that the client stops at its bound. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#schedule()
  }

  end(error?: StreamError): void {
    if (this.#over) return
    this.#over = true
    this.#farewell = { condition: error && terminalCondition(error) }
    this.#sayFarewell()
    this.#connection.onGone()
  }

  destroy(): void {
    if (!this.#over) this.#refuseAll('system-shutdown')
    this.#connection.onGone()
  }

  // Requests.

  get #now(): number {
    return this.#connection.edge.clock.now
  }

  #acceptAll(first: Held): void {
    for (let held: Held | undefined = first; held !== undefined; held = this.#held.deferred(this.#window.next)) {
      this.#held.undefer(held)
      this.#accept(held)
      if (this.#over) return
    }
  }

  #accept(held: Held): void {
    const { exchange, head, at } = held
    if (!this.#keys.accepts(head.key, head.newKey)) {
      this.#break('item-not-found', exchange)
      return
    }
    this.#window.advance()
    const tooLong = head.pause !== undefined && head.pause > this.#terms.maxPause
    if (tooLong || !this.#pace.allows(head, at, this.#held.length)) {
      this.#break('policy-violation', exchange)
      return
    }
    this.#pause = head.pause
    this.#leaving ||= head.terminate
    this.#acknowledged(head)
    this.#held.push(held)
    this.#connection.onData(exchange.request.body)
    exchange.release()
  }

  /** §14.3: the client didn't get its answer. */
  #repeat(repeated: Held): void {
    const { exchange, head } = repeated
    const held = this.#held.find(head.rid)
    const sent = this.#sent.find(head.rid)
    if (held !== undefined && held.head.key === head.key) {
      held.exchange.answer(replaced(this.#terms))
      held.exchange = exchange
      exchange.release()
    } else if (sent !== undefined && sent.key === head.key) {
      exchange.answer(sent.reply)
      this.#rest()
    } else this.#break('item-not-found', exchange)
  }

  /** §9.2. */
  #acknowledged({ rid, ack }: BodyHead): void {
    if (!this.#terms.acks || !this.#created) return
    this.#sent.acknowledge(ack ?? rid - 1)
    if (ack !== undefined) this.#report = this.#sent.reportOf(ack + 1, this.#now) ?? this.#report
  }

  // Responses.

  #isDue({ exchange }: Held): boolean {
    const later = this.#held.length > 1
    if (this.#pause !== undefined || (this.#report !== undefined && !exchange.gone)) return true
    if (!this.#out.empty && (later || !exchange.gone)) return true
    return !this.#paused && this.#held.length > (this.#terms.polls ? 0 : this.#terms.hold)
  }

  #answer({ exchange, head }: Held): void {
    // What nobody would read waits for the next request; the response to a pause request carries nothing (§10).
    const payloads = exchange.gone || head.pause !== undefined ? [] : this.#out.take()
    this.#respond({ exchange, head }, this.#attributes(head), payloads)
    this.#pace.served = payloads.length > 0
  }

  #attributes({ rid }: BodyHead): Attributes {
    const { acks } = this.#terms
    if (!this.#created) {
      this.#created = true
      const from = this.#connection.domain ?? this.#connection.edge.hosts.domains[0]!
      return creationAttributes(this.#terms, { sid: this.sid, from, rid })
    }
    const report = this.#report
    this.#report = undefined
    // §9.1: not where it would be the request that is answered.
    return {
      ack: acks && this.#window.last !== rid ? this.#window.last : undefined,
      report: report?.rid,
      time: report?.time,
    }
  }

  #respond(to: Pick<Held, 'exchange' | 'head'>, attributes: Attributes, payloads: readonly Buffer[]): void {
    const { rid, key } = to.head
    const status = statusOf(this.#farewell?.condition, this.#terms.ver === undefined)
    const reply = { status, type: this.#terms.content, body: wrap(attributes, payloads) }
    this.#sent.keep({ rid, key, reply, at: this.#now })
    to.exchange.answer(reply)
    this.#rest()
  }

  /** The stream was closed: the oldest request that waits is told so (§13). Without one, the next. */
  #sayFarewell(): void {
    const farewell = this.#farewell
    if (farewell === undefined || this.#held.firstAwaited === undefined) return
    if (this.#leaving) this.#clear()
    const told = this.#held.firstAwaited
    if (told === undefined) return
    this.#respond(told, { type: 'terminate', condition: farewell.condition }, this.#out.takeAll())
    this.#farewell = undefined
    for (const held of this.#held.all) if (held !== told) this.#respond(held, {}, [])
    this.#connection.edge.events.boshEnded(farewell.condition ?? 'none')
    this.#ended()
  }

  /** A client that ends the session expects nothing with the answer to that, and some break: what there is goes before it, or nowhere. */
  #clear(): void {
    while (!this.#out.empty && this.#held.length > 1) this.#answer(this.#held.shift()!)
    this.#out.takeAll()
  }

  /** The client broke the rules: this request says why, the others that another did. What it had can be resumed (XEP-0198). */
  #break(condition: TerminalCondition, offender: Exchange): void {
    offender.answer(refusal(condition, this.#terms))
    if (!this.#over) this.#connection.edge.events.boshEnded(condition)
    this.#refuseAll('other-request')
    this.#connection.onEnd()
  }

  #refuseAll(condition: TerminalCondition): void {
    this.#over = true
    this.#farewell = undefined
    for (const { exchange } of this.#held.all) exchange.answer(refusal(condition, this.#terms))
    this.#held.clear()
    this.#ended()
  }

  #rest(): void {
    if (this.#held.firstAwaited === undefined) this.#quietSince = this.#now
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#connection.edge.flusher.schedule(this)
  }
}
