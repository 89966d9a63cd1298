import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { type Domain, parseDomain } from '@heliograph/jid'
import { NS, type StreamError } from '@heliograph/stanza'
import type { ParsedElement, StreamHeader } from '@heliograph/xml'
import type { FederationContext } from '../federation/federation-context.ts'
import { patiently } from '../hand-over.ts'
import { answerXml } from '../streams/management.ts'
import { headerText } from '../streams/stream-header.ts'
import { type StreamEnd, type StreamSink, XmlStream } from '../streams/xml-stream.ts'
import { Acknowledging, handleManagement } from './acknowledging.ts'
import type { Ticket } from './admission.ts'
import { Authority } from './authority.ts'
import { handleDialback } from './dialback.ts'
import { featuresFor } from './features.ts'
import type { Former } from './resumables.ts'
import { handleSasl } from './sasl.ts'
import { acceptStanza } from './stanzas.ts'

/** What may be on its way from one stream to the owners of its stanzas' addresses. */
const MOST_IN_FLIGHT = { stanzas: 512, bytes: 1_048_576 }
/** Answers in the negotiation that the peer leaves unread. */
const MOST_UNREAD_BYTES = 65_536
/** Times in a row that it may fail to prove something. */
const MOST_REFUSALS = 8

export interface InboundOptions {
  readonly socket: Socket
  readonly ticket: Ticket
  readonly ended: (inbound: Inbound) => void
}

/** A stream that another server opened to us. */
export class Inbound implements StreamSink {
  readonly context: FederationContext
  readonly stream: XmlStream
  readonly authority = new Authority()
  readonly ticket: Ticket
  /** Of our stream header; with the count of its stanzas it tells each from all others. */
  id: string = randomUUID()
  /** Whom of us the peer asked for, and who it says it is. */
  local: Domain | undefined
  remote: Domain | undefined
  lang: string | undefined
  /** Monotonic time by which it must have authenticated, or said something. */
  deadline: number
  /** Keys being verified. */
  verifying = 0
  /** Once the peer wants to know what was handled (XEP-0198). */
  acknowledging: Acknowledging | undefined
  /** By which it may be resumed. */
  resumption: string | undefined
  readonly #ended: (inbound: Inbound) => void
  /** Of the stream that it goes on with. */
  #ingress: string | undefined
  #count = 0
  #refusals = 0
  readonly #landed = Promise.withResolvers<void>()
  #isFinishing = false
  #flying = 0
  #flyingBytes = 0

  constructor(context: FederationContext, { socket, ticket, ended }: InboundOptions) {
    this.context = context
    this.ticket = ticket
    this.#ended = ended
    this.deadline = performance.now() + context.config.limits.timeToAuthenticateSeconds * 1000
    this.stream = new XmlStream({ socket, limits: context.xmlBeforeAuth, flusher: context.flusher, sink: this })
  }

  /** Its stanzas so far. */
  get count(): number {
    return this.#count
  }

  /** The stream of their ingress ids. */
  get ingress(): string {
    return this.#ingress ?? `s2s-${this.id}`
  }

  nextCount(): number {
    this.#count++
    return this.#count
  }

  /** A stanza's owner has it, or its error is on the way back. */
  settled(count: number): void {
    this.acknowledging?.settled(count)
    this.acknowledging?.covered((h) => this.stream.write(answerXml(h)))
  }

  /** It goes on where another one ended: what comes again bears the same ingress ids. */
  goOn({ ingress, count, h }: Former): void {
    this.#ingress = ingress
    this.#count = count
    this.acknowledging = new Acknowledging(count, h)
  }

  /** A stanza is on its way: at the bound nothing more is read, and the peer's own socket fills up. */
  depart(bytes: number): void {
    this.#flying++
    this.#flyingBytes += bytes
    if (this.#isFull) this.stream.hold()
  }

  arrive(bytes: number): void {
    this.#flying--
    this.#flyingBytes -= bytes
    if (this.#isFinishing) {
      if (this.#flying === 0) this.#landed.resolve()
    } else if (!this.#isFull) this.stream.release()
  }

  /** Answers in the negotiation. Who asks and doesn't read is not to fill the memory. */
  say(text: string): void {
    this.stream.write(text)
    if (this.stream.backlog > MOST_UNREAD_BYTES)
      this.stream.close({ condition: 'policy-violation', text: 'read the answers' })
  }

  /** It may speak for a domain from now on. */
  proved(remote: Domain, local: Domain | undefined): void {
    this.#refusals = 0
    this.heard()
    this.context.events.opened('in')
    this.context.log.info('s2s_opened', { domain: remote, local, direction: 'in' })
  }

  /** It couldn't prove a domain: told once, and whoever goes on failing is sent away, so that the log holds out. */
  refused(domain: Domain, reason: string): void {
    this.#refusals++
    if (this.#refusals === 1) this.context.log.warn('s2s_refused', { domain, reason })
    if (this.#refusals >= MOST_REFUSALS) this.stream.close({ condition: 'policy-violation', text: 'too many attempts' })
  }

  /** It has said something: the time of silence begins anew. */
  heard(): void {
    if (!this.authority.isEmpty) this.deadline = performance.now() + this.context.config.federation.idleSeconds * 2_000
  }

  sweep(now: number): void {
    if (now < this.deadline) return
    if (this.authority.isEmpty)
      this.stream.close({ condition: 'connection-timeout', text: 'not authenticated in time' })
    else this.stream.close()
  }

  greeting(): string {
    const { domains } = this.context.hosts
    return headerText({
      content: NS.server,
      from: this.local ?? domains[0],
      to: this.remote,
      id: this.id,
      version: '1.0',
    })
  }

  opened(header: StreamHeader): void {
    this.id = randomUUID()
    this.lang = header.lang
    const error = this.#readHeader(header)
    this.stream.greet(this.greeting())
    if (error !== undefined) return this.stream.close(error)
    this.stream.write(`<stream:features>${featuresFor(this)}</stream:features>`)
  }

  element(parsed: ParsedElement): void {
    this.heard()
    switch (parsed.namespace) {
      case NS.tls:
        return this.#startTls(parsed)
      case NS.sasl:
        return handleSasl(this, parsed)
      case NS.dialback:
        return handleDialback(this, parsed)
      case NS.streamManagement:
        return handleManagement(this, parsed)
      case NS.server:
        return acceptStanza(this, parsed)
      default:
        this.stream.close({ condition: 'unsupported-stanza-type' })
    }
  }

  ended({ by, error }: StreamEnd): void {
    this.acknowledging?.stop()
    this.context.resumables.ended(this, by === 'us' || (by === 'peer' && error === undefined))
    this.#ended(this)
  }

  /** Reads nothing more, and closes once what was read is where it belongs, which the peer is told. */
  async finish(): Promise<void> {
    this.#isFinishing = true
    this.stream.hold()
    if (this.#flying > 0) await patiently(this.#landed.promise)
    if (this.acknowledging !== undefined) this.stream.write(answerXml(this.acknowledging.h))
    this.stream.close()
    await this.stream.gone
  }

  failed(error: unknown): void {
    this.context.log.error('s2s_stream_failed', { domain: this.remote ?? '', error })
  }

  get #isFull(): boolean {
    return this.#flying >= MOST_IN_FLIGHT.stanzas || this.#flyingBytes >= MOST_IN_FLIGHT.bytes
  }

  #readHeader({ namespace, name, scope, to, from, version }: StreamHeader): StreamError | undefined {
    // RFC 6120 §4.8.1, §4.8.2
    if (namespace !== NS.streams || name !== 'stream' || scope.defaultNs !== NS.server)
      return { condition: 'invalid-namespace' }
    const local = to === undefined ? undefined : parseDomain(to)
    const remote = from === undefined ? undefined : parseDomain(from)
    // RFC 6120 §4.7.1, §4.7.2: between servers both are there, once what is said is confidential.
    if (local === undefined || (from !== undefined && remote === undefined)) return { condition: 'improper-addressing' }
    if (!this.context.isOurs(local)) return { condition: 'host-unknown' }
    if (remote !== undefined && this.context.isOurs(remote)) return { condition: 'invalid-from' }
    // RFC 6120 §6.4.6: whoever has authenticated doesn't become somebody else.
    if (this.remote !== undefined && !this.authority.isEmpty && this.remote !== remote)
      return { condition: 'invalid-from' }
    this.local = local
    this.remote = remote
    if (!/^[1-9]\d{0,3}\.\d{1,4}$/.test(version ?? '')) return { condition: 'unsupported-version' }
    if (remote !== undefined && !this.context.policy.of(remote).inbound)
      return { condition: 'policy-violation', text: 'this server does not speak with that one' }
    return undefined
  }

  /** RFC 6120 §5.4.2 */
  #startTls({ name }: ParsedElement): void {
    const { stream } = this
    if (name !== 'starttls' || stream.tls !== undefined) return stream.close({ condition: 'unsupported-stanza-type' })
    stream.write(`<proceed xmlns='${NS.tls}'/>`)
    this.context.tls.secure(stream.detach(), (secured) => stream.secured(secured))
  }
}
