import type { Jid } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import { type Address, Envelope, type Kind, type Op } from './envelope.ts'
import { malformedAddresses, stanzaNames, stanzaTags, envelopeTags as tags } from './envelope-fields.ts'
import { TextSpans, textsOf } from './text-spans.ts'
import { WireError } from './wire-error.ts'
import { WireReader } from './wire-reader.ts'
import { Wire } from './wire-writer.ts'

/** A payload may keep alive at most this many times its own size. */
const pinned = 4

const slots = 10
const slot = { key: 0, stream: 1, trace: 2, type: 3, id: 4, from: 5, to: 6, lang: 7, children: 8, extra: 9 }
/** The slot of a stanza's string by its field number. */
const stanzaSlots = [undefined, undefined, slot.type, slot.id, slot.from, slot.to, slot.lang, slot.children, slot.extra]
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
  /** Payloads of at least so many bytes share memory with what they are read from. */
  #sharing = 0
  #stanzaSeen = false
  #stanzaName = 0
  #malformed = 0
  #payload: Buffer = none

  /** @throws WireError */
  decode(bytes: Buffer, start = 0, end = bytes.length): Envelope {
    const reader = this.#reader
    // Asked once a frame: getting at the buffer behind a view is slow.
    if (bytes !== reader.bytes) this.#sharing = bytes.buffer.byteLength / pinned
    reader.bytes = bytes
    reader.position = start
    reader.end = end
    this.#reset()
    const envelope: Draft = new Envelope(0 as Op)
    while (reader.position < end) {
      const tag = reader.varint()
      const wire = tag & 7
      if (wire === Wire.varint) this.#number(tag, reader.varint(), envelope)
      else if (wire === Wire.bytes) this.#bytes(tag, reader.span(), envelope)
      else reader.skip(tag)
    }
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

  #number(tag: number, value: number, envelope: Draft): void {
    if (tag === tags.op) envelope.op = value as Op
    else if (tag === tags.kind) envelope.kind = value as Kind
    else if (tag === tags.partition) envelope.partition = value
    else if (tag === tags.emitterKind) envelope.emitterKind = value as Kind
    else if (tag === tags.emitterPartition) envelope.emitterPartition = value
    else if (tag === tags.epoch) envelope.epoch = value
    else if (tag === tags.transfer) envelope.transfer = value
    else if (tag === tags.attempt) envelope.attempt = value
    else if (tag === tags.conn) envelope.conn = value
    else if (tag === tags.count) envelope.count = value
    else if (tag === tags.id) envelope.id = value
    else if (tag === tags.address) envelope.address = value as Address
    else if (tag === tags.oneOfConns) envelope.conns = [...(envelope.conns ?? []), value]
    else if (tag === tags.oneOfIds) envelope.ids = [...(envelope.ids ?? []), value]
    else if (tag < 8) throw new WireError('field number 0')
  }

  /** The field's bytes go from `start` to the reader's position. */
  #bytes(tag: number, start: number, envelope: Draft): void {
    const { position } = this.#reader
    if (tag === tags.stanza) this.#stanzaFields(start, position)
    else if (tag === tags.key) this.#texts.note(slot.key, start, position)
    else if (tag === tags.stream) this.#texts.note(slot.stream, start, position)
    else if (tag === tags.trace) this.#texts.note(slot.trace, start, position)
    else if (tag === tags.conns) envelope.conns = this.#reader.packed(start, envelope.conns)
    else if (tag === tags.ids) envelope.ids = this.#reader.packed(start, envelope.ids)
    else if (tag === tags.recipients) envelope.recipients = this.#recipients(start, envelope.recipients)
    else if (tag === tags.body) envelope.body = this.#kept(start, position)
    else if (tag < 8) throw new WireError('field number 0')
  }

  #stanzaFields(start: number, end: number): void {
    const reader = this.#reader
    const outer = reader.end
    reader.position = start
    reader.end = end
    this.#stanzaSeen = true
    while (reader.position < end) {
      const tag = reader.varint()
      const wire = tag & 7
      if (wire === Wire.bytes) this.#stanzaBytes(tag, reader.span())
      else if (tag === stanzaTags.name) this.#stanzaName = reader.varint()
      else if (tag === stanzaTags.malformed) this.#malformed = reader.varint()
      else reader.skip(tag)
    }
    reader.end = outer
  }

  #stanzaBytes(tag: number, start: number): void {
    const { position } = this.#reader
    if (tag === stanzaTags.payload) this.#payload = this.#kept(start, position)
    else {
      const slot = stanzaSlots[tag >>> 3]
      if (slot !== undefined) this.#texts.note(slot, start, position)
      else if (tag < 8) throw new WireError('field number 0')
    }
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

  #kept(start: number, end: number): Buffer {
    const { bytes } = this.#reader
    const size = end - start
    if (size >= this.#sharing) return bytes.subarray(start, end)
    const copy = Buffer.allocUnsafe(size)
    bytes.copy(copy, 0, start, end)
    return copy
  }

  /** The recipient from `start` on, and all that follow directly. */
  #recipients(start: number, before: readonly string[] = []): string[] {
    const reader = this.#reader
    const spans = [start, reader.position]
    while (reader.take(tags.recipients)) spans.push(reader.span(), reader.position)
    return [...before, ...textsOf(reader.bytes, spans)]
  }
}
