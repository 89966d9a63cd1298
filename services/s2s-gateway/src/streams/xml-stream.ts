import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { NS, readStreamError, type StreamError, streamErrorXml } from '@heliograph/stanza'
import { type Flushable, type Flusher, SocketTransport, type TransportSink } from '@heliograph/streams'
import {
  EMPTY_SCOPE,
  Framer,
  type FramerSink,
  type NamespaceScope,
  type ParsedElement,
  parseElement,
  type StreamHeader,
  type XmlError,
  type XmlLimits,
} from '@heliograph/xml'

/** How long the peer has to close its stream, and then its side of the transport (RFC 6120 §4.4). */
const CLOSE_TIMEOUT_MS = 3_000
const CLOSE = '</stream:stream>'

/** Why a stream is over: by whom, and the error that was told, if one was. */
export interface StreamEnd {
  readonly by: 'us' | 'peer' | 'transport'
  readonly error?: StreamError | undefined
}

/** Told of what comes on a stream. */
export interface StreamSink {
  /** Our header as text, for when an error has to be told before one was written (RFC 6120 §4.9.1.2). */
  greeting(): string
  opened(header: StreamHeader): void
  /** A first-level element that isn't the stream's own error. */
  element(parsed: ParsedElement): void
  /** Called once: from now on nothing comes, and nothing that is written goes. */
  ended(end: StreamEnd): void
  /** A fault of ours, which ends this stream and nothing else. */
  failed(error: unknown): void
}

export interface XmlStreamOptions {
  readonly socket: Socket
  readonly limits: XmlLimits
  readonly flusher: Flusher
  readonly sink: StreamSink
}

/** An XML stream over TCP to a server or a component, whoever opened it: framing, writing, restarts, errors, closing. */
export class XmlStream implements TransportSink, FramerSink, Flushable {
  readonly #flusher: Flusher
  readonly #sink: StreamSink
  #limits: XmlLimits
  #transport: SocketTransport
  #framer: Framer
  #scope: NamespaceScope = EMPTY_SCOPE
  #out: Buffer[] = []
  #outBytes = 0
  #written: (() => void)[] = []
  #scheduled = false
  #greeted = false
  #over = false
  #gone = false
  #closing: NodeJS.Timeout | undefined
  /** The socket while TLS is being put on it. */
  #bare: Socket | undefined
  readonly #onBareGone = (): void => this.onGone()
  readonly #whenGone = Promise.withResolvers<void>()

  constructor({ socket, limits, flusher, sink }: XmlStreamOptions) {
    this.#flusher = flusher
    this.#sink = sink
    this.#limits = limits
    this.#framer = new Framer(limits, this)
    this.#transport = new SocketTransport('tcp', socket, this)
  }

  /** Nothing more is said on it. */
  get over(): boolean {
    return this.#over
  }

  /** Resolves when the transport is closed. */
  get gone(): Promise<void> {
    return this.#whenGone.promise
  }

  get tls(): TLSSocket | undefined {
    return this.#transport.tls
  }

  /** Bytes written that the kernel hasn't taken. */
  get backlog(): number {
    return this.#transport.backlog + this.#outBytes
  }

  /** Writes our stream header. */
  greet(header: string): void {
    this.#greeted = true
    this.write(header)
  }

  /** Queues one complete element for the write at the end of this turn. `written` is told when the kernel has it, and never if it doesn't get it. */
  write(unit: Buffer | string, written?: () => void): void {
    if (this.#gone) return
    const bytes = typeof unit === 'string' ? Buffer.from(unit) : unit
    this.#out.push(bytes)
    this.#outBytes += bytes.length
    if (written !== undefined) this.#written.push(written)
    if (this.#scheduled) return
    this.#scheduled = true
    this.#flusher.schedule(this)
  }

  flush(): void {
    this.#scheduled = false
    if (this.#gone || this.#outBytes === 0) return
    const [out, bytes, written] = [this.#out, this.#outBytes, this.#written]
    this.#out = []
    this.#outBytes = 0
    this.#written = []
    if (written.length === 0) this.#transport.write(out, bytes)
    else
      this.#transport.write(out, bytes, (error) => {
        if (!error) for (const tell of written) tell()
      })
  }

  /** The peer begins its stream anew (RFC 6120 §4.3.3), under these limits from now on. */
  restart(limits: XmlLimits = this.#limits): void {
    this.limit(limits)
    this.#greeted = false
    this.#framer.reset()
  }

  /** Other limits, from the next element on. */
  limit(limits: XmlLimits): void {
    this.#limits = limits
    this.#framer.setLimits(limits)
  }

  /**
   * Gives up the socket for TLS to be put on it; `secured` takes it back. What came in plain text before is forgotten, so that it can't pass for
   * something secured.
   */
  detach(): Socket {
    this.#framer.stop()
    this.#framer.takeRest()
    this.flush()
    const socket = this.#transport.release()
    this.#bare = socket
    socket.once('close', this.#onBareGone)
    return socket
  }

  /** The same connection inside TLS: the peer begins its stream anew. */
  secured(socket: TLSSocket): void {
    this.#bare?.off('close', this.#onBareGone)
    this.#bare = undefined
    this.#framer = new Framer(this.#limits, this)
    this.#greeted = false
    this.#transport = new SocketTransport('tls', socket, this)
  }

  /** Reads no more until `release`; what arrives waits in the kernel, and the peer's buffers fill. */
  hold(): void {
    this.#framer.stop()
    this.#transport.pause()
  }

  release(): void {
    if (!this.#framer.stopped || this.#gone) return
    this.#transport.resume()
    this.#guard(() => this.#framer.resume())
  }

  /** Closes the stream, with an error (RFC 6120 §4.9.1.1) or without one, then the transport once the peer has closed too, or its time is up. */
  close(error?: StreamError): void {
    if (this.#over) return
    if (error !== undefined) {
      if (!this.#greeted) this.greet(this.#sink.greeting())
      this.write(streamErrorXml(error))
    }
    if (this.#greeted) this.write(CLOSE)
    this.#end({ by: 'us', error })
    this.#closing = setTimeout(() => this.#endTransport(), CLOSE_TIMEOUT_MS)
    this.release()
  }

  destroy(): void {
    this.#end({ by: 'us' })
    if (this.#bare !== undefined) this.#bare.destroy()
    else this.#transport.destroy()
  }

  // What the transport brings.

  onData(chunk: Buffer): void {
    this.#guard(() => this.#framer.push(chunk))
  }

  onEnd(): void {
    this.#end({ by: 'transport' })
    this.#transport.destroy()
  }

  onGone(): void {
    if (this.#gone) return
    this.#gone = true
    clearTimeout(this.#closing)
    this.#end({ by: 'transport' })
    this.#whenGone.resolve()
  }

  // What the framer finds.

  onOpen(header: StreamHeader): void {
    this.#scope = header.scope
    if (!this.#over) this.#sink.opened(header)
  }

  onElement(bytes: Buffer, flags: number): void {
    if (this.#over) return
    const parsed = parseElement(bytes, this.#scope, this.#limits, flags)
    if (parsed.name !== 'error' || parsed.namespace !== NS.streams) {
      this.#sink.element(parsed)
      return
    }
    // RFC 6120 §4.9.1.1: it is over; the peer's closing tag follows.
    this.write(CLOSE)
    this.#end({ by: 'peer', error: readStreamError(parsed.element) })
    this.#endTransport()
  }

  onClose(): void {
    if (!this.#over && this.#greeted) this.write(CLOSE)
    this.#end({ by: 'peer' })
    this.#endTransport()
  }

  onError({ condition, message }: XmlError): void {
    this.close({ condition, text: message })
    this.#endTransport()
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#sink.failed(error)
      this.close({ condition: 'internal-server-error' })
    }
  }

  #end(end: StreamEnd): void {
    if (this.#over) return
    this.#over = true
    this.#sink.ended(end)
  }

  /** Closes our side behind all that was written, and everything when the peer doesn't do the same in time. */
  #endTransport(): void {
    if (this.#gone) return
    clearTimeout(this.#closing)
    this.flush()
    this.#transport.end()
    this.#closing = setTimeout(() => this.#transport.destroy(), CLOSE_TIMEOUT_MS)
  }
}
