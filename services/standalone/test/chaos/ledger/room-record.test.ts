import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomRecord } from './room-record.ts'

/** Ann says 1 to `said` in a room where these are, all from the beginning. */
function roomOf(logged: boolean, said: number, users: readonly string[]) {
  const room = new RoomRecord('room@conference.localhost', logged)
  for (const user of users) room.entered(user, 0)
  const ids = Array.from({ length: said }, (_, i) => room.next('ann', i + 1))
  return {
    room,
    ids,
    hear: (user: string, ...numbers: number[]) => {
      for (const n of numbers) room.hear(user, ids[n - 1]!, n)
    },
  }
}
const briefly = (room: RoomRecord, archive?: readonly string[]): string[] =>
  room.findings(archive).map(({ concern, what }) => `${concern} ${what.replace(`${room.jid}: `, '')}`)

test('nothing is wrong when all who are in heard all in the order of the archive', () => {
  const { room, ids, hear } = roomOf(true, 3, ['ann', 'bob'])
  hear('ann', 1, 2, 3)
  hear('bob', 1, 2, 3)
  assert.deepEqual(briefly(room, ids), [])
})

test('who is in misses something, hears it twice, or in another order', () => {
  const { room, ids, hear } = roomOf(true, 4, ['ann', 'bob', 'cyd', 'dan'])
  hear('ann', 1, 3, 4)
  hear('bob', 1, 2, 3, 3, 4)
  hear('cyd', 2, 1, 3, 4)
  hear('dan', 1, 2, 3)
  assert.deepEqual(briefly(room, ids), [
    'lost ann did not hear r.ann-2',
    'repeated bob heard r.ann-3 twice',
    'reordered cyd heard r.ann-1 after r.ann-2',
    'lost dan did not hear r.ann-4',
  ])
})

test('who was out in between misses what was said then, and nothing else', () => {
  const { room, ids, hear } = roomOf(true, 6, ['ann', 'bob'])
  hear('ann', 1, 2, 3, 4, 5, 6)
  hear('bob', 1)
  room.left('bob', 2)
  room.entered('bob', 4)
  hear('bob', 4, 6)
  assert.deepEqual(briefly(room, ids), ['lost bob did not hear r.ann-5'])
})

test('what was said is in the archive once, unless it was refused', () => {
  const { room, ids, hear } = roomOf(true, 3, ['ann'])
  hear('ann', 1, 2)
  room.refused.set(ids[2]!, 'wait/resource-constraint')
  assert.deepEqual(briefly(room, ids.slice(0, 2)), [])
  assert.deepEqual(briefly(room, [ids[0]!, ids[1]!, ids[1]!]), ['archive r.ann-2 is there twice'])
  assert.deepEqual(briefly(room, [ids[0]!]), ['archive r.ann-2, heard by 1'])
})

test('without an archive those who never left are compared with each other', () => {
  const { room, hear } = roomOf(false, 3, ['ann', 'bob'])
  hear('ann', 1, 3)
  hear('bob', 1, 2)
  // The longest list is the measure: both are as long, so the first.
  assert.deepEqual(briefly(room), [
    'lost r.ann-2, heard by 1',
    'lost bob heard r.ann-2, others not',
    'lost bob did not hear r.ann-3',
  ])
})

test('who stays isn’t seen to leave or to enter again', () => {
  const { room } = roomOf(false, 0, ['ann', 'bob'])
  room.sees('ann', 'bob', true, 1)
  assert.deepEqual(briefly(room), [])
  room.sees('ann', 'bob', false, 2)
  room.sees('ann', 'bob', true, 3)
  assert.deepEqual(briefly(room), [
    'occupant ann sees bob leave 1 times of 0',
    'occupant ann sees bob enter 2 times of 1',
  ])
  room.left('bob', 4)
  room.entered('bob', 5)
  assert.deepEqual(briefly(room), [])
  room.left('bob', 6)
  assert.deepEqual(briefly(room), ['ghost ann sees bob in at the end, who is gone'])
})
