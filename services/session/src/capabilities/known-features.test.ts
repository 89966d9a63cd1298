import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KnownFeatures } from './known-features.ts'

test('what was used least lately makes room', () => {
  const known = new KnownFeatures(30)
  for (const key of ['a', 'b', 'c']) known.add(key, new Set(['123456789']))
  known.get('a')
  known.add('d', new Set(['123456789']))
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => known.get(key) !== undefined),
    [true, false, true, true],
  )
  known.add('big', new Set(['x'.repeat(100)]))
  assert.equal(known.size, 1)
})
