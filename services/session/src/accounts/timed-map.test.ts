import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TimedMap } from './timed-map.ts'

test('a map holds so many entries, for so long', () => {
  let now = 0
  const map = new TimedMap<number>(2, () => now)
  map.set('a', 1, 10)
  map.set('b', 2, 20)
  map.set('a', 3, 10)
  map.set('c', 4, 20)
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [3, undefined, 4])
  now = 10
  assert.deepEqual([map.get('a'), map.get('c')], [undefined, 4])
})
