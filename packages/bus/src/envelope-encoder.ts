import type { Stanza } from '@heliograph/stanza'
import type { Envelope } from './envelope.ts'
import { field, malformedAddresses, stanzaField, stanzaNames } from './envelope-fields.ts'
import type { WireWriter } from './wire-writer.ts'

/**
 * Writes an envelope as field `as` of the message that `writer` is in. What is written conforms to proto/heliograph/v1/envelope.proto;
 * all strings of the usual envelope stand together, so that a reader can take them in one go.
 */
export function encodeEnvelope(writer: WireWriter, as: number, envelope: Envelope): void {
  const mark = writer.open(as)
  writer.uint(field.op, envelope.op)
  writer.uint(field.kind, envelope.kind)
  writer.uint(field.partition, envelope.partition)
  writer.uint(field.emitterKind, envelope.emitterKind)
  writer.uint(field.emitterPartition, envelope.emitterPartition)
  writer.uint(field.epoch, envelope.epoch)
  writer.uint(field.transfer, envelope.transfer)
  writer.uint(field.attempt, envelope.attempt)
  writer.uint(field.conn, envelope.conn)
  writer.uint(field.count, envelope.count)
  writer.uint(field.id, envelope.id)
  if (envelope.stanza !== undefined) encodeStanza(writer, envelope.stanza)
  writer.string(field.key, envelope.key)
  writer.string(field.stream, envelope.stream)
  writer.string(field.trace, envelope.trace)
  if (envelope.conns !== undefined) writer.packed(field.conns, envelope.conns)
  writer.uint(field.address, envelope.address)
  if (envelope.recipients !== undefined) {
    for (const recipient of envelope.recipients) writer.presentString(field.recipients, recipient)
  }
  if (envelope.ids !== undefined) writer.packed(field.ids, envelope.ids)
  if (envelope.body !== undefined) writer.bytes(field.body, envelope.body)
  writer.close(mark)
}

function encodeStanza(writer: WireWriter, stanza: Stanza): void {
  const mark = writer.open(field.stanza)
  writer.uint(stanzaField.name, stanzaNames.indexOf(stanza.name))
  if (stanza.malformed !== undefined) writer.uint(stanzaField.malformed, malformedAddresses.indexOf(stanza.malformed))
  if (stanza.payload.length > 0) writer.bytes(stanzaField.payload, stanza.payload)
  if (stanza.type !== undefined) writer.presentString(stanzaField.type, stanza.type)
  if (stanza.id !== undefined) writer.presentString(stanzaField.id, stanza.id)
  if (stanza.from !== undefined) writer.presentString(stanzaField.from, stanza.from)
  if (stanza.to !== undefined) writer.presentString(stanzaField.to, stanza.to)
  if (stanza.lang !== undefined) writer.presentString(stanzaField.lang, stanza.lang)
  writer.string(stanzaField.children, stanza.childNames)
  writer.string(stanzaField.extra, stanza.extra)
  writer.close(mark)
}
