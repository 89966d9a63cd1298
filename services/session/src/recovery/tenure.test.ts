import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Departed } from './departed.ts'
import { Tenure } from './tenure.ts'

test('a partition is settling for a while after it was taken over', () => {
  let now = 1_000_000
  const tenure = new Tenure(() => now)
  assert.equal(tenure.isSettling(3), false)
  tenure.began(3)
  assert.deepEqual([tenure.isSettling(3), tenure.isSettling(4)], [true, false])
  now += 60_000
  assert.equal(tenure.isSettling(3), false)
})

test('departed edges are remembered, up to a bound', () => {
  const departed = new Departed()
  for (let edge = 0; edge <= 256; edge++) departed.add(`edge-${edge}`)
  assert.deepEqual(
    ['edge-0', 'edge-1', 'edge-256'].map((edge) => departed.has(edge)),
    [false, true, true],
  )
})
