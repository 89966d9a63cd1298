import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PresenceRecord } from './presence-record.ts'

/** Ann shows these with one session, and bob sees those; undefined is gone. */
function seen(
  shown: readonly (number | undefined)[],
  saw: readonly (number | undefined)[],
  lives: readonly number[] = [],
): string[] {
  const record = new PresenceRecord('ann')
  for (const number of shown) record.show(number, 1)
  for (const [i, number] of saw.entries()) record.see('bob', number, { at: i, life: lives[i] ?? 1 })
  return record.findings().map(({ concern, what }) => `${concern} ${what}`)
}

test('each change once, in order; one may be left out for a newer one', () => {
  assert.deepEqual(seen([0, 1, 2], [0, 1, 2]), [])
  assert.deepEqual(seen([0, 1, 2], [0, 2]), [])
  assert.deepEqual(seen([0, 1], [0, 1, 1]), ['repeated bob sees ann as 1 after 1'])
  assert.deepEqual(seen([0, 1, 2], [0, 2, 1, 2]), ['reordered bob sees ann as 1 after 2'])
})

test('who logs in anew is told anew', () => {
  assert.deepEqual(seen([0, 1], [0, 1, 1], [1, 1, 2]), [])
})

test('who stayed isn’t seen to leave, and who left isn’t seen at the end', () => {
  assert.deepEqual(seen([0, 1], [0, undefined, 1]), ['presence bob sees ann leave'])
  assert.deepEqual(seen([0, undefined], [0, undefined]), [])
  assert.deepEqual(seen([0, undefined], [0]), ['ghost bob sees ann as 0 at the end, not gone'])
  assert.deepEqual(seen([0, 1], [0]), ['presence bob sees ann as 0 at the end, not 1'])
})

test('a session that ended is seen to leave once', () => {
  const record = new PresenceRecord('ann')
  record.show(0, 1)
  record.show(0, 2)
  for (const [i, number] of [0, undefined, 0].entries()) record.see('bob', number, { at: i, life: 1 })
  assert.deepEqual(record.findings(), [])
  record.see('bob', undefined, { at: 3, life: 1 })
  record.see('bob', 0, { at: 4, life: 1 })
  assert.deepEqual(
    record.findings().map(({ what }) => what),
    ['bob sees ann leave'],
  )
})
