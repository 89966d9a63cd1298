import type { Envelope } from '@heliograph/bus'
import type { BareJid, Domain } from '@heliograph/jid'
import type { Transport, TransportKind, TransportSink } from '@heliograph/streams'
import type { NamespaceScope, ParsedElement, StreamHeader, XmlError, XmlLimits } from '@heliograph/xml'
import { EMPTY_SCOPE, Framer, parseElement } from '@heliograph/xml'
import { BodyIntake } from './bosh/body-intake.ts'
import type { Edge } from './edge.ts'
import { tellAcknowledged } from './management/acknowledged.ts'
import { requestDue, requestText } from './management/request.ts'
import type { Authentication } from './sasl/authentication.ts'
import { tellClientState } from './session/client-state.ts'
import type { Session } from './session/session.ts'
import { abandon, closeStream, peerClosed } from './stream/close.ts'
import { type Dialect, framed, wrapped, xmlStream } from './stream/dialect.ts'
import { negotiating } from './stream/negotiating.ts'
import { openStream } from './stream/open.ts'
import type { Phase } from './stream/phase.ts'
import { DocumentIntake } from './transport/document-intake.ts'
import type { Intake } from './transport/intake.ts'

const DIALECTS: Readonly<Record<TransportKind, Dialect>> = {
  tcp: xmlStream,
  tls: xmlStream,
  websocket: framed,
  bosh: wrapped,
  polling: xmlStream,
}

function intakeOf(connection: Connection, limits: XmlLimits): Intake {
  if (connection.kind === 'websocket') return new DocumentIntake(limits, connection)
  return connection.kind === 'bosh' ? new BodyIntake(limits, connection) : new Framer(limits, connection)
}

/**
 * A client's connection and the stream on it: state and plumbing. What a stream does is in its phases. Kept small: an idle connection
 * must cost little beside its socket.
 */
export class Connection implements TransportSink {
  readonly edge: Edge
  readonly number: number
  readonly address: string
  readonly kind: TransportKind
  readonly dialect: Dialect
  transport!: Transport
  intake: Intake
  phase: Phase = negotiating
  /** The transport encrypts. */
  secure: boolean
  domain: Domain | undefined = undefined
  headerSent = false
  /** The client has opened a stream, which it may close again. */
  headerHeard = false
  /** Language of the client's stream, which its stanzas inherit (RFC 6120 §8.1.5). */
  lang: string | undefined = undefined
  /** Coarse time by which the phase must have come to something; see `Phase.expired`. */
  deadline: number
  /** Coarse time of the last input. */
  heard: number
  authentication: Authentication | undefined = undefined
  /** Token of an invitation that was found good (XEP-0445), '' without one. */
  invite = ''
  /** Who it is, once authenticated, and how that was found out. */
  identity: BareJid | undefined = undefined
  mechanism = ''
  /** Partition of the identity, once its owner knows of this connection, else -1. */
  partition = -1
  /** `open` or `resume`, while it waits for its answer; `bindId` is the `id` of the IQ it answers. */
  request: Envelope | undefined = undefined
  bindId = ''
  session: Session | undefined = undefined
  #scope: NamespaceScope = EMPTY_SCOPE
  #out: Buffer[] = []
  #outBytes = 0
  #scheduled = false
  #gone = false

  constructor(edge: Edge, arrival: { address: string; kind: TransportKind; secure: boolean }) {
    this.edge = edge
    this.number = edge.connections.nextNumber()
    this.address = arrival.address
    this.kind = arrival.kind
    this.secure = arrival.secure
    this.heard = edge.clock.now
    this.deadline = this.heard + edge.config.limits.timeToAuthenticateSeconds * 1000
    this.dialect = DIALECTS[arrival.kind]
    this.intake = intakeOf(this, edge.config.xmlBeforeAuth)
    edge.connections.add(this)
    edge.events.connected(this)
  }

  /** What a stanza to this client must declare. */
  get stanzaNs(): string | undefined {
    return this.dialect.stanzaNs
  }

  get gone(): boolean {
    return this.#gone
  }

  // What the transport brings.

  onData(chunk: Buffer): void {
    this.heard = this.edge.clock.now
    this.edge.events.bytesIn.add(chunk.length)
    try {
      this.intake.push(chunk)
    } catch (error) {
      this.fail(error)
    }
  }

  /** A fault of ours: it ends this stream and nothing else. */
  fail(error: unknown): void {
    this.edge.events.failed(this, error)
    closeStream(this, { condition: 'internal-server-error' })
  }

  onEnd(): void {
    abandon(this)
  }

  onGone(): void {
    if (this.#gone) return
    this.#gone = true
    abandon(this)
    this.edge.connections.delete(this)
    this.edge.events.disconnected(this)
  }

  // What the intake finds.

  onOpen(header: StreamHeader): void {
    if (this.phase.name === 'closing') return
    this.headerHeard = true
    this.#scope = header.scope
    openStream(this, header)
  }

  onElement(bytes: Buffer, flags: number): void {
    if (this.phase.name === 'closing') return
    const { config } = this.edge
    const limits = this.identity === undefined ? config.xmlBeforeAuth : config.xml
    this.phase.element(this, parseElement(bytes, this.#scope, limits, flags))
  }

  onParsed(parsed: ParsedElement): void {
    this.phase.element(this, parsed)
  }

  onClose(): void {
    peerClosed(this)
  }

  onError(error: XmlError): void {
    closeStream(this, { condition: error.condition, text: error.message }, { unreadable: true })
  }

  // What goes out.

  /** Queues one complete unit for the write at the end of this turn. */
  write(unit: Buffer | string): void {
    const bytes = typeof unit === 'string' ? Buffer.from(unit) : unit
    this.#out.push(bytes)
    this.#outBytes += bytes.length
    this.schedule()
  }

  /** Has `flush` called at the end of this turn. */
  schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.edge.flusher.schedule(this)
  }

  flush(): void {
    this.#scheduled = false
    if (this.#gone) return
    const session = this.session
    if (session !== undefined) tellClientState(this, session)
    const managed = session?.managed
    if (managed !== undefined) {
      if (managed.untold) tellAcknowledged(this, managed)
      if (requestDue(this, managed)) {
        this.#out.push(requestText)
        this.#outBytes += requestText.length
      }
    }
    if (this.#outBytes === 0) return
    const out = this.#out
    const bytes = this.#outBytes
    this.#out = []
    this.#outBytes = 0
    this.edge.events.bytesOut.add(bytes)
    this.transport.write(out, bytes)
    if (this.transport.backlog > this.edge.config.limits.sendQueueBytes) this.dropSlowReader()
  }

  /** Nothing more is read until `release`: what arrives waits in the kernel, and the client's own buffers fill. */
  hold(): void {
    this.intake.stop()
    this.transport.pause()
  }

  release(): void {
    if (!this.intake.stopped) return
    this.transport.resume()
    this.intake.resume()
  }

  /** The client doesn't read what it is sent. It may resume; its copies are with the owner. */
  dropSlowReader(): void {
    this.edge.events.slowReader(this)
    this.transport.destroy()
  }
}
