import { tagOf, Wire } from './wire-writer.ts'

/** Field numbers of `Envelope` in proto/heliograph/v1/envelope.proto. */
export const field = {
  op: 1,
  kind: 2,
  key: 3,
  partition: 4,
  emitterKind: 5,
  emitterPartition: 6,
  epoch: 7,
  transfer: 8,
  conn: 9,
  stream: 10,
  count: 11,
  id: 12,
  stanza: 13,
  conns: 14,
  recipients: 15,
  ids: 16,
  body: 17,
  trace: 18,
  attempt: 19,
  address: 20,
} as const

/** Field numbers of `Stanza` in the same file. */
export const stanzaField = {
  name: 1,
  type: 2,
  id: 3,
  from: 4,
  to: 5,
  lang: 6,
  children: 7,
  extra: 8,
  payload: 9,
  malformed: 10,
} as const

/** Stanza names by their number on the wire. */
export const stanzaNames = [undefined, 'message', 'presence', 'iq'] as const
/** Malformed addresses by their number on the wire. */
export const malformedAddresses = [undefined, 'from', 'to'] as const

const { varint, bytes } = Wire

export const envelopeTags = {
  op: tagOf(field.op, varint),
  kind: tagOf(field.kind, varint),
  key: tagOf(field.key, bytes),
  partition: tagOf(field.partition, varint),
  emitterKind: tagOf(field.emitterKind, varint),
  emitterPartition: tagOf(field.emitterPartition, varint),
  epoch: tagOf(field.epoch, varint),
  transfer: tagOf(field.transfer, varint),
  conn: tagOf(field.conn, varint),
  stream: tagOf(field.stream, bytes),
  count: tagOf(field.count, varint),
  id: tagOf(field.id, varint),
  stanza: tagOf(field.stanza, bytes),
  /** Repeated integers come packed or one by one. */
  conns: tagOf(field.conns, bytes),
  oneOfConns: tagOf(field.conns, varint),
  recipients: tagOf(field.recipients, bytes),
  ids: tagOf(field.ids, bytes),
  oneOfIds: tagOf(field.ids, varint),
  body: tagOf(field.body, bytes),
  trace: tagOf(field.trace, bytes),
  attempt: tagOf(field.attempt, varint),
  address: tagOf(field.address, varint),
}

export const stanzaTags = {
  name: tagOf(stanzaField.name, varint),
  type: tagOf(stanzaField.type, bytes),
  id: tagOf(stanzaField.id, bytes),
  from: tagOf(stanzaField.from, bytes),
  to: tagOf(stanzaField.to, bytes),
  lang: tagOf(stanzaField.lang, bytes),
  children: tagOf(stanzaField.children, bytes),
  extra: tagOf(stanzaField.extra, bytes),
  payload: tagOf(stanzaField.payload, bytes),
  malformed: tagOf(stanzaField.malformed, varint),
}
