import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { trusted } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { codecs } from './codecs.ts'
import { type Address, Envelope, type Kind, type Op } from './envelope.ts'
import { EnvelopeDecoder } from './envelope-decoder.ts'
import { encodeEnvelope } from './envelope-encoder.ts'
import { acknowledgeIn, FrameHead, frameField, readFrame } from './link/frame.ts'
import { WireError } from './wire-error.ts'
import { WireReader } from './wire-reader.ts'
import { WireWriter } from './wire-writer.ts'

const proto = (file: string) => fileURLToPath(new URL(`../../../proto/heliograph/v1/${file}`, import.meta.url))
const root = protobuf.loadSync([proto('envelope.proto'), proto('session.proto')])
const envelopeType = root.lookupType('heliograph.v1.Envelope')
const frameType = root.lookupType('heliograph.v1.Frame')
const runs = { numRuns: 300 }

const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.integer({ min: 100, max: 400 }).map((length) => 'a'.repeat(length)),
  fc.constantFrom('', 'ascii@example.org/res', '\0', 'größe', '💬'.repeat(40), '\ufffd'),
)
const jid = text.map((value) => trusted(value))
const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
const uint = fc.oneof(uint32, fc.maxSafeNat())
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array))

const stanza = fc
  .record({
    name: fc.constantFrom('message', 'presence', 'iq'),
    type: maybe(text),
    id: maybe(text),
    from: maybe(jid),
    to: maybe(jid),
    lang: maybe(text),
    children: text,
    extra: text,
    payload: bytes,
    malformed: fc.constantFrom(undefined, 'from' as const, 'to' as const),
  })
  .map((parts) => new Stanza(parts))

const envelope = fc
  .record({
    op: fc.integer({ min: 1, max: 60 }).map((op) => op as Op),
    kind: fc.nat(9).map((kind) => kind as Kind),
    key: text,
    partition: uint32,
    emitterKind: fc.nat(9).map((kind) => kind as Kind),
    emitterPartition: uint32,
    epoch: uint,
    transfer: uint,
    attempt: uint,
    conn: uint,
    stream: text,
    count: uint,
    id: uint,
    stanza: maybe(stanza),
    conns: maybe(fc.array(uint, { minLength: 1 })),
    address: fc.nat(1).map((address) => address as Address),
    recipients: maybe(fc.array(text, { minLength: 1 })),
    ids: maybe(fc.array(uint, { minLength: 1 })),
    body: maybe(bytes),
    trace: text,
  })
  .map((fields) => Object.assign(new Envelope(fields.op), fields))

/** What protobufjs makes of an envelope, absent fields left out. */
function plain({ stanza: sent, ...fields }: Envelope): Record<string, unknown> {
  const message: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== 0 && value !== '') message[name] = value
  }
  if (sent === undefined) return message
  const { name, type, id, from, to, lang, extra, payload, malformed } = sent
  const head = {
    name: ['', 'message', 'presence', 'iq'].indexOf(name),
    malformed: ['', 'from', 'to'].indexOf(malformed ?? ''),
  }
  const optional = Object.entries({ type, id, from, to, lang }).filter(([, value]) => value !== undefined)
  message.stanza = { ...head, ...Object.fromEntries(optional), children: sent.childNames, extra, payload }
  return message
}

function encoded(value: Envelope): Buffer {
  const writer = new WireWriter()
  encodeEnvelope(writer, 1, value)
  return writer.take(5)
}

function assertSame(actual: Envelope, expected: Envelope): void {
  assert.deepEqual(plain(actual), plain(expected))
  assert.equal(actual.stanza?.childNames, expected.stanza?.childNames)
}

test('an envelope encoded here is read the same by protobufjs', () => {
  fc.assert(
    fc.property(envelope, (value) => {
      const message = envelopeType.toObject(envelopeType.decode(encoded(value)), { longs: Number, arrays: false })
      const expected = plain(value)
      const normal = (object: unknown) =>
        envelopeType.toObject(envelopeType.fromObject(object as object), { longs: Number, defaults: true })
      assert.deepEqual(normal(message), normal(expected))
    }),
    runs,
  )
})

test('an envelope encoded by protobufjs is read the same here', () => {
  fc.assert(
    fc.property(envelope, (value) => {
      const message = envelopeType.encode(envelopeType.fromObject(plain(value))).finish()
      assertSame(new EnvelopeDecoder().decode(Buffer.from(message)), value)
    }),
    runs,
  )
})

test('an envelope survives the way there and back, wherever it stands in a frame', () => {
  const decoder = new EnvelopeDecoder()
  fc.assert(
    fc.property(fc.array(envelope, { minLength: 1, maxLength: 4 }), (values) => {
      const head = new FrameHead('session-a-1', 2 ** 50 + 3)
      const writer = new WireWriter()
      for (const value of values) encodeEnvelope(writer, frameField.envelopes, value)
      const frame = Buffer.concat([Buffer.alloc(head.size), writer.take(0)])
      head.write(frame, 77)
      acknowledgeIn(frame, { link: 2 ** 51 + 1, acked: 2 ** 33 + 9, resend: true })
      const read = readFrame(new WireReader(frame))
      const { spans } = read
      assert.deepEqual(
        { ...read, spans: [], part: undefined },
        {
          senderLink: 2 ** 50 + 3,
          sequence: 77,
          link: 2 ** 51 + 1,
          acked: 2 ** 33 + 9,
          resend: true,
          from: 'session-a-1',
          last: false,
          spans: [],
          part: undefined,
        },
      )
      values.forEach((value, i) => {
        assertSame(decoder.decode(frame, spans[2 * i]!, spans[2 * i + 1]!), value)
      })
      const theirs = frameType.toObject(frameType.decode(frame), { longs: Number })
      assert.equal(theirs.envelopes.length, values.length)
      assert.deepEqual(
        [theirs.link, theirs.sequence, theirs.ackedLink, theirs.acked, theirs.resend, theirs.from],
        [2 ** 50 + 3, 77, 2 ** 51 + 1, 2 ** 33 + 9, true, 'session-a-1'],
      )
    }),
    runs,
  )
})

test('fields of a newer version are skipped', () => {
  fc.assert(
    fc.property(envelope, bytes, uint32, (value, blob, number) => {
      const writer = new WireWriter()
      writer.uint(100, number)
      writer.bytes(19, blob)
      const fixed = Buffer.from([
        ((20 << 3) & 127) | 0x80 | 1,
        1,
        ...Buffer.alloc(8),
        ((21 << 3) & 127) | 0x80 | 5,
        1,
        ...Buffer.alloc(4),
      ])
      const newer = Buffer.concat([writer.take(0), encoded(value), fixed])
      assertSame(new EnvelopeDecoder().decode(newer), value)
    }),
    runs,
  )
})

test('malformed bytes throw a WireError and nothing else', () => {
  const decoder = new EnvelopeDecoder()
  const damaged = fc.tuple(envelope, fc.nat(), fc.nat(255), fc.boolean()).map(([value, at, byte, cut]) => {
    const good = encoded(value)
    if (cut) return good.subarray(0, at % good.length)
    good[at % good.length] = byte
    return good
  })
  fc.assert(
    fc.property(fc.oneof(bytes, damaged), (input) => {
      for (const read of [() => decoder.decode(input), () => readFrame(new WireReader(input))]) {
        try {
          read()
        } catch (error) {
          assert.ok(error instanceof WireError, String(error))
        }
      }
    }),
    { numRuns: 2000 },
  )
  assert.throws(() => decoder.decode(Buffer.from([0x1a, 2, 0xff, 0xfe])), WireError, 'not UTF-8')
  assert.throws(() => decoder.decode(Buffer.from([0x6a, 0])), WireError, 'a stanza without a name')
})

test('what is decoded keeps little memory alive', () => {
  const value = new Envelope(3)
  value.stanza = new Stanza({ name: 'message', payload: Buffer.alloc(300, 'x') })
  const one = encoded(value)
  const batch = new ArrayBuffer(65536)
  Buffer.from(batch).set(one, 1000)
  const decoder = new EnvelopeDecoder()
  const fromBatch = decoder.decode(Buffer.from(batch), 1000, 1000 + one.length)
  assert.notEqual(fromBatch.stanza?.payload.buffer, batch)
  const alone = new Uint8Array(one).buffer
  assert.equal(decoder.decode(Buffer.from(alone)).stanza?.payload.buffer, alone)
  value.stanza = new Stanza({ name: 'message', payload: Buffer.alloc(20_000, 'x') })
  const large = encoded(value)
  Buffer.from(batch).set(large, 1000)
  assert.equal(decoder.decode(Buffer.from(batch), 1000, 1000 + large.length).stanza?.payload.buffer, batch)
})

const values = {
  string: text,
  bool: fc.boolean(),
  uint,
  sint: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
}

for (const [name, codec] of Object.entries(codecs)) {
  test(`${name}: its codec agrees with protobufjs`, () => {
    const type = root.lookupType(`heliograph.v1.${name[0]!.toUpperCase()}${name.slice(1)}`)
    const shapes = { string: values.string, bool: values.bool, uint64: values.uint, sint64: values.sint }
    const fields = type.fieldsArray.map((field) => [field.name, shapes[field.type as keyof typeof shapes]] as const)
    const message = fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>)
    fc.assert(
      fc.property(message, (value) => {
        const options = { longs: Number, defaults: true }
        const ours = (codec.encode as (message: unknown) => Buffer)(value)
        assert.deepEqual(type.toObject(type.decode(ours), options), { ...value })
        assert.deepEqual({ ...codec.decode(type.encode(type.fromObject(value)).finish()) }, { ...value })
      }),
      runs,
    )
  })
}
