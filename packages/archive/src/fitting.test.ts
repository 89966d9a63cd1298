import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitting } from './fitting.ts'

const messages = [5, 5, 5].map((length) => ({ stanza: 'x'.repeat(length) }))

for (const [bytes, count] of [
  [1, 1],
  [9, 1],
  [10, 2],
  [15, 3],
  [100, 3],
] as const) {
  test(`of messages of 5 bytes each ${count} fit into ${bytes}`, () => {
    assert.equal(fitting(messages, bytes).length, count)
  })
}

test('of none none fits', () => {
  assert.deepEqual(fitting([], 10), [])
})
