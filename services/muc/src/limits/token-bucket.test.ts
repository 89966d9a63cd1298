import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TokenBucket } from './token-bucket.ts'

const rate = { perSecond: 2, burst: 3 }

test('a burst passes at once, then what the rate allows', () => {
  const bucket = new TokenBucket(rate.burst, 0)
  const passed = (now: number, tries: number) => Array.from({ length: tries }, () => bucket.take(rate, now))
  assert.deepEqual(passed(0, 5), [true, true, true, false, false])
  assert.deepEqual(passed(400, 1), [false])
  assert.deepEqual(passed(1000, 3), [true, true, false])
  assert.deepEqual(passed(60_000, 4), [true, true, true, false])
})
