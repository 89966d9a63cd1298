import type { Jid } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import { Envelope, type Kind, type Op } from './envelope.ts'
import { malformedAddresses, stanzaNames, stanzaTags, envelopeTags as tags } from './envelope-fields.ts'
import { TextSpans } from './text-spans.ts'
import { WireError } from './wire-error.ts'
import { WireReader } from './wire-reader.ts'

/** A payload may keep alive at most this many times its own size. */
const pinned = 4

const slots = 10
const slot = { key: 0, stream: 1, trace: 2, type: 3, id: 4, from: 5, to: 6, lang: 7, children: 8, extra: 9 }
const none = Buffer.alloc(0)

type Draft = { -readonly [Field in keyof Envelope]: Envelope[Field] }

/**
 * Reads envelopes as `Envelope` in proto/heliograph/v1/envelope.proto has them. Unknown fields are skipped.
 *
 * What it returns may be kept for long: a payload (or body) shares the memory it was read from only if that is at most four times as
 * large, else it is copied. So a queue of unacknowledged stanzas doesn't keep alive the batches they came in.
 */
export class EnvelopeDecoder {
  readonly #texts = new TextSpans(slots)
  readonly #reader = new WireReader(none)
  #stanzaSeen = false
  #stanzaName = 0
  #malformed = 0
  #payload: Buffer = none

  /** @throws WireError */
  decode(bytes: Buffer, start = 0, end = bytes.length): Envelope {
    const reader = this.#reader
    reader.bytes = bytes
    reader.position = start
    reader.end = end
    this.#reset()
    const envelope: Draft = new Envelope(0 as Op)
    while (reader.position < end) this.#field(reader.varint(), envelope)
    this.#texts.read(bytes)
    envelope.key = this.#texts.get(slot.key) ?? ''
    envelope.stream = this.#texts.get(slot.stream) ?? ''
    envelope.trace = this.#texts.get(slot.trace) ?? ''
    if (this.#stanzaSeen) envelope.stanza = this.#stanza()
    return envelope
  }

  #reset(): void {
    this.#texts.clear()
    this.#stanzaSeen = false
    this.#stanzaName = 0
    this.#malformed = 0
    this.#payload = none
  }

  #field(tag: number, envelope: Draft): void {
    const reader = this.#reader
    if (tag === tags.op) envelope.op = reader.varint() as Op
    else if (tag === tags.kind) envelope.kind = reader.varint() as Kind
    else if (tag === tags.partition) envelope.partition = reader.varint()
    else if (tag === tags.emitterKind) envelope.emitterKind = reader.varint() as Kind
    else if (tag === tags.emitterPartition) envelope.emitterPartition = reader.varint()
    else if (tag === tags.epoch) envelope.epoch = reader.varint()
    else if (tag === tags.transfer) envelope.transfer = reader.varint()
    else if (tag === tags.attempt) envelope.attempt = reader.varint()
    else if (tag === tags.conn) envelope.conn = reader.varint()
    else if (tag === tags.count) envelope.count = reader.varint()
    else if (tag === tags.id) envelope.id = reader.varint()
    else if (tag === tags.stanza) this.#stanzaFields()
    else if (tag === tags.key) this.#text(slot.key)
    else if (tag === tags.stream) this.#text(slot.stream)
    else if (tag === tags.trace) this.#text(slot.trace)
    else this.#rare(tag, envelope)
  }

  #rare(tag: number, envelope: Draft): void {
    const reader = this.#reader
    if (tag === tags.conns || tag === tags.oneOfConns) envelope.conns = this.#numbers(tag, envelope.conns)
    else if (tag === tags.recipients) envelope.recipients = this.#recipients(envelope.recipients)
    else if (tag === tags.ids || tag === tags.oneOfIds) envelope.ids = this.#numbers(tag, envelope.ids)
    else if (tag === tags.body) envelope.body = this.#kept()
    else reader.skip(tag)
  }

  #stanzaFields(): void {
    const reader = this.#reader
    const outer = reader.end
    const start = reader.span()
    reader.end = reader.position
    reader.position = start
    this.#stanzaSeen = true
    while (reader.position < reader.end) this.#stanzaField(reader.varint())
    reader.end = outer
  }

  #stanzaField(tag: number): void {
    const reader = this.#reader
    if (tag === stanzaTags.name) this.#stanzaName = reader.varint()
    else if (tag === stanzaTags.payload) this.#payload = this.#kept()
    else if (tag === stanzaTags.type) this.#text(slot.type)
    else if (tag === stanzaTags.id) this.#text(slot.id)
    else if (tag === stanzaTags.from) this.#text(slot.from)
    else if (tag === stanzaTags.to) this.#text(slot.to)
    else if (tag === stanzaTags.lang) this.#text(slot.lang)
    else if (tag === stanzaTags.children) this.#text(slot.children)
    else if (tag === stanzaTags.extra) this.#text(slot.extra)
    else if (tag === stanzaTags.malformed) this.#malformed = reader.varint()
    else reader.skip(tag)
  }

  #stanza(): Stanza {
    const texts = this.#texts
    const name = stanzaNames[this.#stanzaName]
    if (name === undefined) throw new WireError(`stanza name ${this.#stanzaName}`)
    return new Stanza({
      name,
      type: texts.get(slot.type),
      id: texts.get(slot.id),
      // Prepared by the service that sent it.
      from: texts.get(slot.from) as Jid | undefined,
      to: texts.get(slot.to) as Jid | undefined,
      lang: texts.get(slot.lang),
      children: texts.get(slot.children),
      extra: texts.get(slot.extra),
      payload: this.#payload,
      malformed: malformedAddresses[this.#malformed],
    })
  }

  #text(slot: number): void {
    const start = this.#reader.span()
    this.#texts.note(slot, start, this.#reader.position)
  }

  #kept(): Buffer {
    const { bytes } = this.#reader
    const start = this.#reader.span()
    const end = this.#reader.position
    const size = end - start
    if (size * pinned >= bytes.buffer.byteLength) return bytes.subarray(start, end)
    const copy = Buffer.allocUnsafe(size)
    bytes.copy(copy, 0, start, end)
    return copy
  }

  #numbers(tag: number, before: readonly number[] | undefined): number[] {
    const numbers = before === undefined ? [] : [...before]
    this.#reader.repeated(tag & 7, numbers)
    return numbers
  }

  /** All recipients that follow each other. */
  #recipients(before: readonly string[] | undefined): string[] {
    const reader = this.#reader
    const recipients = before === undefined ? [] : [...before]
    recipients.push(reader.string())
    while (reader.take(tags.recipients)) recipients.push(reader.string())
    return recipients
  }
}
