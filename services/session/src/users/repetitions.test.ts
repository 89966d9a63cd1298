import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingressKey, Repetitions } from './repetitions.ts'

test('what a stream sent before is a repetition, whatever was left out', () => {
  const repetitions = new Repetitions()
  const seen = [1, 2, 2, 5, 4, 6].map((count) => repetitions.seen('a', count))
  assert.deepEqual(seen, [false, false, true, false, true, false])
  assert.equal(repetitions.seen('b', 1), false)
})

test('what a former owner stored is a repetition', () => {
  const repetitions = new Repetitions()
  repetitions.remember([ingressKey('a', 3)])
  assert.deepEqual(
    [2, 3, 4].map((count) => repetitions.seen('a', count)),
    [false, true, false],
  )
})

test('a bounded number of streams is remembered', () => {
  const repetitions = new Repetitions()
  for (let stream = 0; stream < 65; stream++) repetitions.seen(String(stream), 1)
  assert.equal(repetitions.seen('64', 1), true)
  assert.equal(repetitions.seen('0', 1), false)
})
