import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Parcel } from '@heliograph/distribution'
import { type BareJid, bareOf, ensureBare, ensureFull } from '@heliograph/jid'
import { el, stanza } from '@heliograph/stanza'
import { Affiliates } from '../authority/affiliates.ts'
import type { MucContext } from '../context.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { RoomHats } from '../hats/room-hats.ts'
import { Occupant } from '../occupant.ts'
import { occupantJid, Room } from '../room.ts'
import { Subscribers } from '../subscriptions/subscribers.ts'
import { loadPartition } from './load-partition.ts'
import { encodeMessage, messageField } from './message-record.ts'
import { encodeOccupant, occupantField } from './occupant-record.ts'
import { restoreRecords } from './restore-records.ts'
import { SETTLED_FIELD } from './room-records.ts'

const jid = ensureBare('cave@conference.verona.example')
const NOW = Date.now() * 1000

function message(id: number) {
  const said = stanza(
    'message',
    { type: 'groupchat', from: occupantJid(jid, 'hag'), id: `m${id}` },
    el('body', null, 'hi'),
  )
  return { id, stream: 's', count: id, stanza: said }
}

function occupant(nick: string, joined: number): Occupant {
  const client = ensureFull(`${nick}@verona.example/x`)
  const session = { jid: client, presence: stanza('presence', {}), joined, welcomed: true, stream: '', count: 0 }
  const given = { nick, jid: occupantJid(jid, nick), bare: bareOf(client), id: nick, role: 'participant' } as const
  return new Occupant({ ...given, changed: 1, sessions: [session] })
}

/** An owner that finds this in the recovery copy, besides a message of a minute ago and one that was said before the crone entered. */
async function takingOver(extra: Iterable<[string, Buffer]>, usurped = true) {
  const [old, early, late] = [message(NOW - 900_000_000), message(NOW - 60_000_000), message(NOW - 1_000_000)]
  const people = [occupant('hag', NOW - 1_000_000_000), occupant('crone', NOW - 30_000_000)]
  const records = new Map<string, Buffer>([
    ...[late, old, early].map((each) => [messageField(jid, each), Buffer.from(encodeMessage(jid, each))] as const),
    ...people.map((each) => [occupantField(each), Buffer.from(encodeOccupant(jid, each))] as const),
    ...extra,
  ])
  const sent: { parcel: Parcel; taken: (() => void) | undefined }[] = []
  const lane = { send: (parcel: Parcel, taken?: () => void) => sent.push({ parcel, taken }), outstanding: 0 }
  const handle = (_room: Room, work: unknown) => (work as () => Promise<void>)()
  const room = new Room({
    jid,
    partition: 7,
    lane: lane as never,
    bound: 10,
    handle,
    failed: (_, error) => assert.fail(`${error}`),
  })
  const details = { creator: ensureBare('owen@verona.example'), created: 0, locked: false, subject: undefined }
  const config = { ...DEFAULT_CONFIG, logged: false }
  const known = { affiliates: new Affiliates([]), subscribers: new Subscribers() }
  room.details = { ...details, config, vcard: undefined, hats: RoomHats.none, ...known }
  const taken: number[] = []
  const written: string[] = []
  const context = {
    rooms: { dropPartition: () => [], inPartition: () => [room], get: (_: BareJid) => room },
    records: {
      settled: () => {},
      changed: (_: Room, { nick }: Occupant) => written.push(nick),
      said: (_: Room, { id }: { id: number }) => written.push(String(id)),
      flushed: async () => {},
    },
    carrier: {
      found: (_: Room, each: ReturnType<typeof message>) => {
        room.carried.add(each)
        room.recent.add(each.stream, each.count)
      },
      taken: (_: Room, { id }: { id: number }) => taken.push(id),
    },
    archive: { after: async () => [] },
    store: { temporary: async () => [], followed: async () => [] },
    ownership: { heldEpochOf: () => 3 },
    events: { replayed: () => {} },
    log: { info: () => {}, error: (event: string) => assert.fail(event) },
  } as unknown as MucContext
  await loadPartition(context, { live: { read: async () => records }, partition: 7, epoch: 3, usurped })
  await room.mailbox.settled()
  return { context, room, sent, taken, written, ids: [old.id, early.id, late.id] }
}

test('what a dead owner had of messages is said again to who was there, in order, and leaves the recovery copy when taken', async () => {
  const { context, room, sent, taken, written, ids } = await takingOver([])
  const [old, early, late] = ids
  assert.deepEqual(
    sent.map(({ parcel: { sequence, recipients } }) => [sequence, recipients]),
    [
      [early, ['hag@verona.example/x']],
      [late, ['hag@verona.example/x', 'crone@verona.example/x']],
    ],
  )
  // So long ago that receivers may not know whether they had it.
  assert.deepEqual(taken, [old])
  for (const each of sent) each.taken?.()
  assert.deepEqual(taken, [old, early, late])
  assert.ok(ids.every((id) => room.recent.has('s', id)))
  assert.ok(room.lastSequence > late!)
  await restoreRecords(context, 7)
  assert.deepEqual(written, ['hag', 'crone', ...ids.map(String)])
})

test('after an orderly hand-over nothing is said again, but what comes again is known', async () => {
  const settled: [string, Buffer] = [SETTLED_FIELD, Buffer.from('{}')]
  const { room, sent, taken, ids } = await takingOver([settled], false)
  assert.deepEqual([sent.length, taken], [0, ids])
  assert.ok(ids.every((id) => room.recent.has('s', id)))
  // Unless the heir died before it wrote anything.
  assert.equal((await takingOver([settled], true)).sent.length, 2)
})
