import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Bygone } from './bygone.ts'

test('of the last sessions it is known how far they had come', () => {
  const bygone = new Bygone()
  for (let n = 0; n < 9; n++) bygone.add(`session ${n}`, n)
  assert.deepEqual(
    [0, 1, 8, 9].map((n) => bygone.handledOf(`session ${n}`)),
    [-1, 1, 8, -1],
  )
})
