import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { type Domain, parseDomain } from '@heliograph/jid'
import { NS, type StreamError } from '@heliograph/stanza'
import type { ParsedElement, StreamHeader } from '@heliograph/xml'
import type { FederationContext } from '../federation/federation-context.ts'
import { headerText } from '../streams/stream-header.ts'
import { type StreamEnd, type StreamSink, XmlStream } from '../streams/xml-stream.ts'
import { unfit } from '../trust/unfit.ts'
import { handleManagement } from './acknowledging.ts'
import type { Ticket } from './admission.ts'
import { Authority } from './authority.ts'
import { handleDialback } from './dialback.ts'
import { featuresFor } from './features.ts'
import { Intake } from './intake.ts'
import { Returns } from './returns.ts'
import { handleSasl } from './sasl.ts'
import { acceptStanza } from './stanzas.ts'

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
  readonly intake: Intake
  readonly authority = new Authority()
  readonly returns: Returns = new Returns(this)
  readonly ticket: Ticket
  /** Of our stream header. */
  id: string = randomUUID()
  /** Whom of us the peer asked for, and who it says it is. */
  local: Domain | undefined
  remote: Domain | undefined
  lang: string | undefined
  /** Monotonic time by which it must have authenticated, or said something. */
  deadline: number
  /** Keys being verified. */
  verifying = 0
  /** By which it may be resumed. */
  resumption: string | undefined
  readonly #ended: (inbound: Inbound) => void
  #refusals = 0

  constructor(context: FederationContext, { socket, ticket, ended }: InboundOptions) {
    this.context = context
    this.ticket = ticket
    this.#ended = ended
    this.deadline = performance.now() + context.config.limits.timeToAuthenticateSeconds * 1000
    this.stream = new XmlStream({ socket, limits: context.xmlBeforeAuth, flusher: context.flusher, sink: this })
    this.intake = new Intake(this.stream)
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
        acceptStanza(this, parsed)
        return this.returns.begin()
      case NS.bidi:
        return this.returns.want()
      default:
        this.stream.close({ condition: 'unsupported-stanza-type' })
    }
  }

  ended(end: StreamEnd): void {
    const { by, error } = end
    this.intake.stop()
    this.returns.ended(end)
    this.context.resumables.ended(this, by === 'us' || (by === 'peer' && error === undefined))
    this.#ended(this)
  }

  /** Reads nothing more, and closes once what was read is where it belongs, which the peer is told. */
  async finish(): Promise<void> {
    await this.returns.finished()
    await this.intake.finish()
    this.stream.close()
    await this.stream.gone
  }

  failed(error: unknown): void {
    this.context.log.error('s2s_stream_failed', { domain: this.remote ?? '', error })
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
    return remote === undefined ? undefined : this.#unwelcome(remote)
  }

  /** What policy has against a server. */
  #unwelcome(remote: Domain): StreamError | undefined {
    const terms = this.context.policy.of(remote)
    if (terms.inbound === undefined)
      return { condition: 'policy-violation', text: 'this server does not speak with that one' }
    const reason = this.stream.tls && unfit(this.stream.tls, terms)
    if (reason === undefined) return undefined
    this.refused(remote, reason)
    return { condition: 'policy-violation', text: reason }
  }

  /** RFC 6120 §5.4.2 */
  #startTls({ name }: ParsedElement): void {
    const { stream } = this
    if (name !== 'starttls' || stream.tls !== undefined) return stream.close({ condition: 'unsupported-stanza-type' })
    stream.write(`<proceed xmlns='${NS.tls}'/>`)
    this.context.tls.secure(stream.detach(), (secured) => stream.secured(secured))
  }
}
