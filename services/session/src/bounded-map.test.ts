import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BoundedMap } from './bounded-map.ts'

test('of too many entries the first makes room, also when it was set again', () => {
  const map = new BoundedMap<number>(2)
  for (const [n, key] of ['a', 'b', 'a', 'c'].entries()) map.set(key, n)
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => map.get(key)),
    [undefined, 1, 3],
  )
  map.delete('b')
  assert.equal(map.get('b'), undefined)
})
