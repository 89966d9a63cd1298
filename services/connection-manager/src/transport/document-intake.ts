import { NS } from '@heliograph/stanza'
import {
  type ParsedElement,
  parseDocument,
  type StreamHeader,
  scopeOf,
  XmlError,
  type XmlLimits,
} from '@heliograph/xml'
import type { Intake } from './intake.ts'

/** What WebSocket messages amount to. */
export interface DocumentSink {
  onOpen(header: StreamHeader): void
  onParsed(parsed: ParsedElement): void
  onClose(): void
  onError(error: XmlError): void
}

const NO_BYTES = Buffer.alloc(0)
/** What one read from the socket may bring beside a message of full length: the transport is paused, and what it has read already comes. */
const SLACK_BYTES = 262_144
const MESSAGE_OVERHEAD = 64

/** Reads each WebSocket message as one document (RFC 7395 §3.3). */
export class DocumentIntake implements Intake {
  readonly #sink: DocumentSink
  #limits: XmlLimits
  #open = false
  #dead = false
  #stopped = false
  #waiting: Buffer[] = []
  #waitingBytes = 0

  constructor(limits: XmlLimits, sink: DocumentSink) {
    this.#limits = limits
    this.#sink = sink
  }

  get stopped(): boolean {
    return this.#stopped
  }

  setLimits(limits: XmlLimits): void {
    this.#limits = limits
  }

  reset(): void {
    this.#open = false
  }

  stop(): void {
    this.#stopped = true
  }

  resume(): void {
    this.#stopped = false
    while (!this.#stopped) {
      const message = this.#waiting.shift()
      if (message === undefined) return
      this.#waitingBytes -= message.length + MESSAGE_OVERHEAD
      this.push(message)
    }
  }

  takeRest(): Buffer {
    this.#waiting = []
    this.#waitingBytes = 0
    return NO_BYTES
  }

  push(message: Buffer): void {
    if (this.#dead) return
    try {
      if (!this.#stopped) this.#read(message)
      else this.#wait(message)
    } catch (error) {
      if (!(error instanceof XmlError)) throw error
      this.#dead = true
      this.takeRest()
      this.#sink.onError(error)
    }
  }

  #wait(message: Buffer): void {
    this.#waiting.push(message)
    this.#waitingBytes += message.length + MESSAGE_OVERHEAD
    if (this.#waitingBytes > this.#limits.elementBytes + SLACK_BYTES) {
      throw new XmlError('policy-violation', 'too much input while stopped')
    }
  }

  #read(message: Buffer): void {
    if (isBlank(message)) return
    const parsed = parseDocument(message, this.#limits)
    if (parsed.namespace !== NS.framing) {
      // RFC 7395 §3.3.2: the first message is an <open/>.
      if (!this.#open) throw new XmlError('bad-format', 'the stream is not open')
      this.#sink.onParsed(parsed)
    } else if (parsed.name === 'close') this.#sink.onClose()
    else if (parsed.name === 'open' && !this.#open) {
      this.#open = true
      this.#sink.onOpen(headerOf(parsed))
    } else throw new XmlError('bad-format', 'not a framing element')
  }
}

/** An `<open/>` as the stream header it stands for; its content is in the client namespace by definition (RFC 7395 §3.3). */
function headerOf({ element }: ParsedElement): StreamHeader {
  const attributes = element.attrs as Record<string, string>
  return {
    qname: 'stream:stream',
    name: 'stream',
    namespace: NS.streams,
    scope: scopeOf(NS.client),
    attributes,
    to: attributes.to,
    from: attributes.from,
    id: attributes.id,
    version: attributes.version,
    lang: attributes['xml:lang'],
  }
}

/** RFC 7395 §3.7.1 frowns on white space keep-alives; they do no harm. */
function isBlank(message: Buffer): boolean {
  for (const byte of message) if (byte !== 0x20 && byte !== 0xa && byte !== 0xd && byte !== 0x9) return false
  return true
}
