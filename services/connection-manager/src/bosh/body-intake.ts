import { NS } from '@heliograph/stanza'
import {
  Framer,
  type NamespaceScope,
  type ParsedElement,
  parseElement,
  type StreamHeader,
  scopeOf,
  XmlError,
  type XmlLimits,
} from '@heliograph/xml'
import type { DocumentSink } from '../transport/document-intake.ts'
import type { Intake } from '../transport/intake.ts'
import { type BodyAttributes, boshXmpp, readAttributes } from './attributes.ts'

const NO_BYTES = Buffer.alloc(0)
/** No session may have so many requests under way; what is stopped doesn't answer them. */
const MOST_WAITING = 16

/** Reads each BOSH body as one document: the first and those that ask for a restart open a stream, the others carry payloads (XEP-0206). */
export class BodyIntake implements Intake {
  readonly #sink: DocumentSink
  readonly #framer: Framer
  #limits: XmlLimits
  #open = false
  #dead = false
  #waiting: Buffer[] = []
  /** Of the body that is being read. */
  #body: BodyAttributes | undefined = undefined
  #scope: NamespaceScope = scopeOf(NS.client)
  #ended = true
  #reading = false
  /** Whom the stream is for, where a restart doesn't say it again. */
  #to: string | undefined = undefined

  constructor(limits: XmlLimits, sink: DocumentSink) {
    this.#sink = sink
    this.#limits = limits
    this.#framer = new Framer(limits, {
      onOpen: (header) => this.#begin(header),
      onElement: (bytes, flags) => this.#element(bytes, flags),
      onClose: () => this.#end(),
      onError: (error) => this.#fail(error),
      onTrailer: (bytes) => refuseTrailer(bytes),
    })
  }

  get stopped(): boolean {
    return this.#framer.stopped
  }

  setLimits(limits: XmlLimits): void {
    this.#limits = limits
    this.#framer.setLimits(limits)
  }

  reset(): void {
    this.#open = false
  }

  stop(): void {
    this.#framer.stop()
  }

  resume(): void {
    this.#framer.resume()
    // It was stopped by what it just read: the rest of that comes by itself.
    if (this.#reading) return
    this.#afterwards()
    while (!this.stopped && this.#waiting.length > 0) this.#read(this.#waiting.shift()!)
  }

  takeRest(): Buffer {
    this.#waiting = []
    this.#framer.takeRest()
    return NO_BYTES
  }

  push(body: Buffer): void {
    if (this.#dead) return
    if (!this.stopped) this.#read(body)
    else if (this.#waiting.push(body) > MOST_WAITING) {
      this.#fail(new XmlError('policy-violation', 'too much input while stopped'))
    }
  }

  #read(body: Buffer): void {
    if (this.#dead) return
    this.#ended = false
    this.#framer.reset()
    this.#reading = true
    this.#framer.push(body)
    this.#reading = false
    this.#afterwards()
  }

  /** What was pushed must have been all of the body. */
  #afterwards(): void {
    if (this.#ended || this.stopped || this.#dead) return
    this.#fail(new XmlError('not-well-formed', 'the body has no end'))
  }

  #fail(error: XmlError): void {
    if (this.#dead) return
    this.#dead = true
    this.#waiting = []
    this.#sink.onError(error)
  }

  #begin(header: StreamHeader): void {
    const body = readAttributes(header)
    if (body === undefined) throw new XmlError('not-well-formed', 'not a body')
    this.#body = body
    // XEP-0206 §2: many clients don't declare the namespace of stanzas.
    const { defaultNs, prefixes } = header.scope
    this.#scope = { defaultNs: defaultNs === NS.bosh ? NS.client : defaultNs, prefixes }
    if (body.sid !== undefined && !body.restart) return
    if (this.#open) throw new XmlError('bad-format', 'the stream is open')
    this.#open = true
    if (header.to !== undefined) this.#to = header.to
    this.#sink.onOpen(streamHeader(header, this.#to))
  }

  #element(bytes: Buffer, flags: number): void {
    // XEP-0206 §5: what comes with a restart is ignored.
    if (this.#body!.restart || this.#body!.sid === undefined) return
    if (!this.#open) throw new XmlError('bad-format', 'the stream is not open')
    const parsed: ParsedElement = parseElement(bytes, this.#scope, this.#limits, flags)
    this.#sink.onParsed(parsed)
  }

  #end(): void {
    this.#ended = true
    if (this.#body!.terminate) this.#sink.onClose()
  }
}

function refuseTrailer(bytes: Buffer): void {
  if (bytes.toString().trim() !== '') throw new XmlError('not-well-formed', 'something after the body')
}

/** A body as the stream header it stands for. */
function streamHeader(body: StreamHeader, to: string | undefined): StreamHeader {
  return {
    ...body,
    qname: 'stream:stream',
    name: 'stream',
    namespace: NS.streams,
    scope: scopeOf(NS.client),
    to,
    // A client that says none is older than that attribute, not than XMPP (XEP-0206 §11).
    version: boshXmpp(body, 'version') ?? '1.0',
  }
}
