import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Bucket } from './bucket.ts'

test('what is saved may be taken at once, what is owed takes its time', () => {
  const bucket = new Bucket(10, 2, 1_000)
  const take = (amount: number, now: number) => [bucket.take(amount, now), bucket.owedMs]
  assert.deepEqual(take(20, 1_000), [false, 0])
  assert.deepEqual(take(1, 1_000), [true, 100])
  assert.deepEqual(take(1, 1_000), [true, 200])
  assert.deepEqual(take(1, 1_300), [false, 0])
  assert.deepEqual(take(20, 100_000), [false, 0])
  assert.deepEqual(take(5, 100_000), [true, 500])
})

test('what is owed has a bound, so that one client does not hold up the others for long', () => {
  const bucket = new Bucket(10, 2, 0)
  for (let i = 0; i < 100; i++) bucket.take(1_000, 0)
  assert.equal(bucket.owedMs, 60_000)
})

test('who waits as long as he is told never gets more than the rate and the savings', () => {
  const takings = fc.array(fc.tuple(fc.nat(50), fc.nat(500)), { maxLength: 100 })
  fc.assert(
    fc.property(takings, (steps) => {
      const bucket = new Bucket(100, 3, 0)
      let [now, taken, last] = [0, 0, 0]
      for (const [amount, pause] of steps) {
        bucket.take(amount, now)
        now += bucket.owedMs + pause
        taken += amount
        last = amount
      }
      assert.ok(taken - last <= 300 + now / 10 + 1e-6)
    }),
  )
})
