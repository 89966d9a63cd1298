import type { Socket } from 'node:net'
import type { Domain } from '@heliograph/jid'
import { NS, type Stanza, type StreamError } from '@heliograph/stanza'
import type { ParsedElement, StreamHeader } from '@heliograph/xml'
import { type StreamSink, XmlStream } from '../streams/xml-stream.ts'
import type { Bearer } from './bearer.ts'
import type { ComponentsContext } from './context.ts'
import type { Definition } from './definition.ts'
import { advertiseDelegations } from './delegations.ts'
import type { Dialect } from './dialect.ts'
import { HandshakeDialect } from './handshake-dialect.ts'
import { Inbound } from './inbound.ts'
import { advertisePrivileges } from './privileges.ts'
import { SaslDialect } from './sasl-dialect.ts'
import type { Streams } from './streams.ts'

type Settle = (isWritten: boolean) => void

/** Who comes, and from where. */
export interface Arrival {
  readonly socket: Socket
  readonly address: string
}

/** A hostname that is bound to a stream: what is for it can be written there. */
export interface Bound extends Bearer {
  readonly definition: Definition
}

/** A stream that a component opened (XEP-0114, XEP-0225). */
export class ComponentStream implements StreamSink {
  readonly context: ComponentsContext
  readonly number: number
  readonly address: string
  readonly xml: XmlStream
  readonly inbound: Inbound
  /** The language its stanzas inherit (RFC 6120 §8.1.5). */
  lang: string | undefined
  readonly #streams: Streams
  readonly #bound = new Map<Domain, Bound>()
  #dialect: Dialect
  #late: NodeJS.Timeout
  #named: Domain | undefined
  #isProven = false
  /** What was written and the system hasn't taken, in order. */
  readonly #unwritten = new Set<Settle>()
  #progressed = 0

  constructor(context: ComponentsContext, streams: Streams, { socket, address }: Arrival) {
    this.context = context
    this.#streams = streams
    this.number = streams.nextNumber()
    this.address = address
    this.inbound = new Inbound(this)
    this.#dialect = new HandshakeDialect(this)
    this.xml = new XmlStream({ socket, limits: context.xmlBeforeAuth, flusher: context.flusher, sink: this })
    this.#late = this.#inTime()
    streams.add(this)
    void this.xml.gone.then(() => this.#gone())
  }

  /** What can be written to it, by hostname. */
  get bound(): ReadonlyMap<Domain, Bound> {
    return this.#bound
  }

  /** It has proved which component it is. */
  get isProven(): boolean {
    return this.#isProven
  }

  /** Writes a stanza. `settle` is told whether the system has taken it, once. */
  deliver(stanza: Stanza, settle: Settle): void {
    this.context.events.stanzasOut.add()
    if (this.xml.over) {
      settle(false)
      return
    }
    if (this.#unwritten.size === 0) this.#progressed = performance.now()
    this.#unwritten.add(settle)
    this.xml.write(stanza.toBytes(), () => {
      this.#progressed = performance.now()
      if (this.#unwritten.delete(settle)) settle(true)
    })
  }

  /** Ends the stream with an error of the component's. */
  refuse(error: StreamError): void {
    if (this.xml.over) return
    this.context.events.refused(this.#named, this.address, error)
    this.xml.close(error)
  }

  /** Ends the stream once what came on it is on its way, or when `signal` aborts. */
  async drain(signal: AbortSignal): Promise<void> {
    this.xml.hold()
    await this.inbound.settled(signal)
    this.xml.close({ condition: 'system-shutdown' })
    await this.xml.gone
  }

  /** Ends it when nothing could be written for so long. */
  checkProgress(now: number, limitMs: number): void {
    if (this.#unwritten.size === 0 || now - this.#progressed < limitMs) return
    const error = { condition: 'connection-timeout', text: 'it does not read' } as const
    this.context.events.refused(this.#named, this.address, error)
    this.xml.destroy()
  }

  /** It says that it is that component. */
  named(definition: Definition | undefined): void {
    this.#named = definition?.domain
  }

  /** What is against a component on this connection. */
  unwelcome({ admits, tls }: Definition): StreamError | undefined {
    if (!admits(this.address)) return { condition: 'policy-violation', text: 'not from this address' }
    if (tls && this.xml.tls === undefined) return { condition: 'policy-violation', text: 'this component must use TLS' }
    return undefined
  }

  /** Whether the component has as many streams as it may have. Elsewhere one may have come that isn't known of here yet: the limit is meant to stop what gets out of hand. */
  isFull({ domain, streams }: Definition): boolean {
    return Math.max(this.context.directory.count(domain), this.#streams.countOf(domain)) >= streams
  }

  /** It has proved who it is, and has the same time again to bind a hostname. */
  proven(): void {
    this.#isProven = true
    clearTimeout(this.#late)
    if (!this.xml.over) this.#late = this.#inTime()
  }

  /** From now on what is for that hostname can be written here. */
  bind(definition: Definition): void {
    clearTimeout(this.#late)
    const { domain } = definition
    const number = this.#streams.nextNumber()
    const bound: Bound = { domain, number, definition, deliver: (stanza, settle) => this.deliver(stanza, settle) }
    this.#bound.set(domain, bound)
    this.#streams.bound(bound)
    advertisePrivileges(this, definition)
    advertiseDelegations(this, definition)
    this.context.nesting.connected(this, definition)
    this.context.events.connected(domain, number, this.address)
  }

  /** From now on nothing is written here for that hostname. False when it isn't bound. */
  unbind(domain: Domain): boolean {
    const bound = this.#bound.get(domain)
    if (bound === undefined) return false
    this.#bound.delete(domain)
    this.#streams.unbound(bound)
    if (bound.definition.delegations.length > 0) this.context.nesting.gone(this)
    this.context.events.gone(domain, bound.number)
    return true
  }

  greeting(): string {
    return this.#dialect.greeting()
  }

  opened(header: StreamHeader): void {
    this.lang = header.lang
    const wantsSasl = header.scope.defaultNs === NS.client && this.context.offersSasl
    if (wantsSasl && !(this.#dialect instanceof SaslDialect)) this.#dialect = new SaslDialect(this)
    this.#dialect.opened(header)
  }

  element(parsed: ParsedElement): void {
    this.#dialect.element(parsed)
  }

  ended(): void {
    clearTimeout(this.#late)
    for (const domain of [...this.#bound.keys()]) this.unbind(domain)
  }

  failed(error: unknown): void {
    this.context.events.failed(error)
  }

  #inTime(): NodeJS.Timeout {
    const patience = this.context.config.limits.timeToAuthenticateSeconds * 1000
    return setTimeout(() => this.refuse({ condition: 'connection-timeout' }), patience)
  }

  #gone(): void {
    this.#streams.remove(this)
    const unwritten = [...this.#unwritten]
    this.#unwritten.clear()
    for (const settle of unwritten) settle(false)
  }
}
