import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { el, stanza } from '@heliograph/stanza'
import { RecentIngress } from '../recent-ingress.ts'
import type { Room } from '../room.ts'
import { Carried, type CarriedMessage } from './carried.ts'
import { Carrier } from './carrier.ts'
import { encodeMessage } from './message-record.ts'
import { decodeRecord } from './occupant-record.ts'

const jid = ensureBare('coven@chat.example')

function message(id: number, body = "it's <ä>"): CarriedMessage {
  const said = stanza(
    'message',
    { type: 'groupchat', from: ensureFull(`${jid}/hag`), id: `m${id}` },
    el('body', null, body),
  )
  return { id, stream: 's', count: id, stanza: said }
}

function roomOf(): Room {
  return { jid, carried: new Carried(), recent: new RecentIngress() } as unknown as Room
}

/** A room whose recovery copy is written at once. */
function carrying(maxBytes = 67_108_864) {
  const copy = new Set<number>()
  const carrier = new Carrier(
    {
      said: (_room, { id }, stored) => {
        copy.add(id)
        stored?.()
      },
      forgotten: (_room, { id }) => copy.delete(id),
    },
    maxBytes,
  )
  return { carrier, room: roomOf(), copy }
}

test('a message comes back from the recovery copy as it was', () => {
  const decoded = decodeRecord(Buffer.from(encodeMessage(jid, message(7))))
  assert.ok('message' in decoded)
  const { stanza: said, ...ids } = decoded.message
  assert.deepEqual([decoded.room, ids], [jid, { id: 7, stream: 's', count: 7 }])
  assert.equal(said.toString(), message(7).stanza.toString())
})

test('what everybody has taken stays for some seconds, and is removed then; the rest stays', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { carrier, room, copy } = carrying()
  const [first, second] = [message(1), message(2)]
  let stored = 0
  for (const each of [first, second]) carrier.add(room, each, () => stored++)
  carrier.taken(room, first)
  t.mock.timers.tick(5_000)
  assert.deepEqual([stored, [...copy], [...room.carried]], [2, [1, 2], [first, second]])
  t.mock.timers.tick(5_000)
  assert.deepEqual([[...copy], [...room.carried]], [[2], [second]])
  carrier[Symbol.dispose]()
})

test('a new owner recognises what it finds', () => {
  const { carrier, room } = carrying()
  carrier.found(room, message(3))
  assert.deepEqual([room.recent.has('s', 3), room.recent.has('s', 4), [...room.carried].length], [true, false, 1])
})

test('what comes again is known as long as it is carried, however much else was found', () => {
  const { carrier, room } = carrying()
  const all = Array.from({ length: 2_000 }, (_, i) => message(i))
  for (const each of all) carrier.found(room, each)
  assert.ok(all.every(({ stream, count }) => room.carried.has(stream, count)))
  room.carried.delete(all[0]!)
  assert.deepEqual([room.carried.has('s', 0), room.carried.has('s', 1), room.carried.has('', 1)], [false, true, false])
})

test('a room takes no more while too much of it waits, however much has arrived', () => {
  const { carrier, room, copy } = carrying()
  const all = Array.from({ length: 5_000 }, (_, i) => message(i))
  for (const each of all) carrier.add(room, each, () => {})
  assert.equal(room.carried.isFull, true)
  for (const each of all) carrier.taken(room, each)
  assert.equal(room.carried.isFull, false)
  // Past the bound of what has arrived the oldest goes sooner.
  for (let i = 5_000; i <= 40_000; i++) {
    const each = message(i)
    carrier.add(room, each, () => {})
    carrier.taken(room, each)
    // What was taken a moment ago may come again.
    assert.ok(copy.has(i - 5_000), `${i}`)
  }
  assert.ok(copy.size <= 20_001, `${copy.size}`)
  carrier[Symbol.dispose]()
})

test('large messages fill a room, and all rooms, before they are many; rooms that are given away make room', () => {
  const { carrier, room } = carrying(10_000_000)
  const large = 'x'.repeat(250_000)
  const fill = (where: Room) => {
    let many = 0
    for (; !carrier.isFull(where) && many < 1_000; many++) carrier.add(where, message(many, large), () => {})
    return many
  }
  const other = roomOf()
  assert.deepEqual([fill(room), fill(other), fill(roomOf())], [34, 6, 0])
  assert.equal(other.carried.isFull, false)
  assert.ok(carrier.bytes >= 10_000_000)
  const [first] = [...room.carried]
  carrier.dropped(room)
  // Too late.
  carrier.taken(room, first!)
  carrier.add(room, message(1_000, large), () => {})
  assert.deepEqual([carrier.isFull(other), carrier.bytes < 2_000_000], [false, true])
  for (const each of [...other.carried]) carrier.taken(other, each)
  assert.equal(carrier.bytes, 0)
  carrier[Symbol.dispose]()
})

test('large messages that everybody has taken leave the recovery copy sooner', () => {
  const { carrier, room, copy } = carrying()
  for (let i = 0; i < 400; i++) {
    const each = message(i, 'x'.repeat(250_000))
    carrier.add(room, each, () => {})
    carrier.taken(room, each)
  }
  assert.ok(copy.size * 250_000 < 34_000_000, `${copy.size}`)
  carrier[Symbol.dispose]()
})
