import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FlapDamper } from './flap-damper.ts'

test('a burst goes at once, what follows at the end of the window, then it starts anew', () => {
  const damper = new FlapDamper(2, 1000)
  assert.deepEqual(
    [0, 10, 20, 400].map((now) => damper.delay(now)),
    [0, 0, 980, 600],
  )
  assert.deepEqual(
    [1000, 1001, 1002].map((now) => damper.delay(now)),
    [0, 0, 998],
  )
})

test('who is quiet for a window may burst again', () => {
  const damper = new FlapDamper(1, 1000)
  assert.deepEqual(
    [0, 5000, 5001].map((now) => damper.delay(now)),
    [0, 0, 999],
  )
})
