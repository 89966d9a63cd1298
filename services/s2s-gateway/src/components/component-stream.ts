import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { type Domain, parseDomain } from '@heliograph/jid'
import { NS, type Stanza, type StreamError } from '@heliograph/stanza'
import type { ParsedElement, StreamHeader } from '@heliograph/xml'
import { headerText } from '../streams/stream-header.ts'
import { type StreamSink, XmlStream } from '../streams/xml-stream.ts'
import { acceptFromComponent } from './accept.ts'
import type { Bearer } from './bearer.ts'
import type { ComponentsContext } from './context.ts'
import type { Definition } from './definition.ts'
import { advertiseDelegations } from './delegations.ts'
import { provesSecret } from './handshake.ts'
import { Inbound } from './inbound.ts'
import { advertisePrivileges } from './privileges.ts'
import type { Streams } from './streams.ts'

type Settle = (isWritten: boolean) => void

/** Who comes, and from where. */
export interface Arrival {
  readonly socket: Socket
  readonly address: string
}

/** A stream that a component opened (XEP-0114). */
export class ComponentStream implements StreamSink {
  readonly context: ComponentsContext
  readonly number: number
  readonly address: string
  readonly xml: XmlStream
  readonly inbound: Inbound
  /** The language its stanzas inherit (RFC 6120 §8.1.5). */
  lang: string | undefined
  readonly #streams: Streams
  readonly #id = randomUUID()
  readonly #late: NodeJS.Timeout
  #definition: Definition | undefined
  #bound = false
  /** What was written and the system hasn't taken, in order. */
  readonly #unwritten = new Set<Settle>()
  #progressed = 0

  constructor(context: ComponentsContext, streams: Streams, { socket, address }: Arrival) {
    this.context = context
    this.#streams = streams
    this.number = streams.nextNumber()
    this.address = address
    this.inbound = new Inbound(this)
    this.xml = new XmlStream({ socket, limits: context.xmlBeforeAuth, flusher: context.flusher, sink: this })
    const patience = context.config.limits.timeToAuthenticateSeconds * 1000
    this.#late = setTimeout(() => this.refuse({ condition: 'connection-timeout' }), patience)
    streams.add(this)
    void this.xml.gone.then(() => this.#gone())
  }

  /** The component's, once its header named one. */
  get domain(): Domain | undefined {
    return this.#definition?.domain
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
    this.context.events.refused(this.domain, this.address, error)
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
    this.context.events.refused(this.domain, this.address, {
      condition: 'connection-timeout',
      text: 'it does not read',
    })
    this.xml.destroy()
  }

  greeting(): string {
    return headerText({ content: NS.componentAccept, from: this.domain, id: this.#id })
  }

  opened(header: StreamHeader): void {
    this.lang = header.lang
    const to = header.to === undefined ? undefined : parseDomain(header.to)
    this.#definition = to === undefined ? undefined : this.context.definitions.get(to)
    const error = this.#checkHeader(header, to)
    this.xml.greet(this.greeting())
    if (error !== undefined) this.refuse(error)
  }

  element(parsed: ParsedElement): void {
    if (this.#bound) acceptFromComponent(this, this.#definition!, parsed)
    else if (parsed.namespace === NS.componentAccept && parsed.name === 'handshake') this.#handshake(parsed)
    // RFC 6120 §4.9.3.12
    else this.refuse({ condition: 'not-authorized', text: 'the handshake comes first' })
  }

  ended(): void {
    clearTimeout(this.#late)
    this.#streams.unbound(this)
    this.context.nesting.gone(this)
    if (this.#bound) this.context.events.gone(this.domain!, this.number)
  }

  failed(error: unknown): void {
    this.context.events.failed(error)
  }

  #checkHeader(header: StreamHeader, to: Domain | undefined): StreamError | undefined {
    // XEP-0114 §3
    if (header.namespace !== NS.streams || header.name !== 'stream') return { condition: 'invalid-namespace' }
    if (header.scope.defaultNs !== NS.componentAccept) return { condition: 'invalid-namespace' }
    if (to === undefined) return { condition: 'improper-addressing' }
    const definition = this.#definition
    if (definition === undefined) return { condition: 'host-unknown' }
    if (!definition.admits(this.address)) return { condition: 'policy-violation', text: 'not from this address' }
    if (definition.tls && this.xml.tls === undefined)
      return { condition: 'policy-violation', text: 'this component must use TLS' }
    return undefined
  }

  #handshake({ element }: ParsedElement): void {
    const { context } = this
    const definition = this.#definition!
    const { domain } = definition
    if (!provesSecret(element.getText(), this.#id, definition.password)) {
      this.refuse({ condition: 'not-authorized' })
      return
    }
    // Elsewhere a stream may have come that isn't known of here yet: the limit is meant to stop what gets out of hand.
    const streams = Math.max(context.directory.count(domain), this.#streams.countOf(domain))
    if (streams >= definition.streams) {
      this.refuse({ condition: 'conflict', text: 'this component has as many streams as it may have' })
      return
    }
    clearTimeout(this.#late)
    this.#bound = true
    this.xml.limit(context.xml)
    this.xml.write('<handshake/>')
    this.#streams.bound(this as ComponentStream & Bearer)
    advertisePrivileges(this, definition)
    advertiseDelegations(this, definition)
    context.nesting.connected(this, definition)
    context.events.connected(domain, this.number, this.address)
  }

  #gone(): void {
    this.#streams.remove(this)
    const unwritten = [...this.#unwritten]
    this.#unwritten.clear()
    for (const settle of unwritten) settle(false)
  }
}
