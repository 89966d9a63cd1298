import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Setbacks } from './setbacks.ts'

test('each failure in a row keeps others away for twice as long, and a success ends that', () => {
  const setbacks = new Setbacks()
  const failure = { condition: 'remote-server-timeout', text: 'no' } as const
  setbacks.failed('a b', failure, 0)
  assert.equal(setbacks.of('a b', 999), failure)
  assert.equal(setbacks.of('a b', 1_000), undefined)
  assert.equal(setbacks.of('a c', 0), undefined)
  setbacks.failed('a b', failure, 1_000)
  assert.equal(setbacks.of('a b', 2_999), failure)
  assert.equal(setbacks.of('a b', 3_000), undefined)
  setbacks.failed('a b', failure, 200_000)
  assert.equal(setbacks.of('a b', 201_000), undefined)
  setbacks.worked('a b')
  setbacks.failed('a b', failure, 5_000)
  assert.equal(setbacks.of('a b', 6_000), undefined)
})
