import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdClock, idToDate } from './id-clock.ts'

test('ids only grow, also when the clock does not, and stay above those made elsewhere', () => {
  let now = 1000
  const clock = new IdClock(() => now)
  assert.deepEqual([clock.next(), clock.next()], [1_000_000, 1_000_001])
  now = 900
  assert.equal(clock.next(), 1_000_002)
  assert.equal(clock.next(2_000_000), 2_000_001)
  now = 3000
  assert.equal(clock.next(5), 3_000_000)
})

test('an id tells when it was made', () => {
  assert.equal(idToDate(1_795_412_200_239_000).toISOString(), new Date(1_795_412_200_239).toISOString())
})

test('ids are exact for centuries', () => {
  assert.ok(Date.UTC(2200, 0) * 1000 < Number.MAX_SAFE_INTEGER)
})
