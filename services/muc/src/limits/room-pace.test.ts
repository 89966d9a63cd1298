import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { MOST_CLIENTS, RoomPace } from './room-pace.ts'

const rates = { occupant: { perSecond: 1, burst: 3 }, room: { perSecond: 1, burst: 5 } }
const [hag, crone] = [ensureBare('hag@example.org'), ensureBare('crone@example.org')]
const passed = (tries: number, once: () => boolean) => Array.from({ length: tries }, once).filter(Boolean).length

test('one client is bounded, and all together', () => {
  const pace = new RoomPace()
  assert.equal(
    passed(9, () => pace.allows(ensureFull('hag@example.org/desk'), rates, 0)),
    3,
  )
  assert.equal(
    passed(9, () => pace.allows(ensureFull('crone@example.org/desk'), rates, 0)),
    2,
  )
})

test('who isn’t there is bounded, and takes nothing from those who are', () => {
  const pace = new RoomPace()
  for (const user of [hag, crone, ensureBare('hecate@example.org')])
    assert.equal(
      passed(9, () => pace.allowsOutsider(user, rates, 0)),
      3,
    )
  for (const client of ['crone@example.org/desk', 'hag@example.org/desk'])
    assert.ok(passed(9, () => pace.allows(ensureFull(client), rates, 0)) >= 2)
})

test('of more clients than are remembered the oldest are forgotten, and no others', () => {
  const pace = new RoomPace()
  const user = (i: number) => ensureBare(`invented-${i}@example.org`)
  for (let i = 0; i < MOST_CLIENTS; i++)
    assert.equal(
      passed(4, () => pace.allowsOutsider(user(i), rates, 0)),
      3,
    )
  pace.allowsOutsider(hag, rates, 0)
  assert.equal(pace.allowsOutsider(user(1), rates, 0), false)
  assert.equal(pace.allowsOutsider(user(0), rates, 0), true)
})

test('requests to be a member are few, of one user and of a domain, whose users may be invented', () => {
  const pace = new RoomPace()
  assert.deepEqual(
    [0, 0, 0, 59_000, 60_000, 60_000].map((now) => pace.allowsRequest(hag, now)),
    [true, true, false, false, true, false],
  )
  let invented = 0
  const now = 10_000_000
  assert.equal(
    passed(100, () => pace.allowsRequest(ensureBare(`invented-${invented++}@example.org`), now)),
    20,
  )
  assert.equal(pace.allowsRequest(ensureBare('hag@elsewhere.example'), now), true)
})
