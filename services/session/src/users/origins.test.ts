import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Origins } from './origins.ts'

test('of too many origin ids the oldest is forgotten', () => {
  const origins = new Origins()
  for (let n = 0; n < 130; n++) origins.remember(`o${n}`, `s:${n}`)
  assert.deepEqual(
    [0, 1, 2, 129].map((n) => origins.keyOf(`o${n}`)),
    [undefined, undefined, 's:2', 's:129'],
  )
})
