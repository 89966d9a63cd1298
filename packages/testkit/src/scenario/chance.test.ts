import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from './chance.ts'

test('the same seed draws the same, within the bound, and is told', () => {
  const told: string[] = []
  const drawn = [7, 7, 8].map((seed) => {
    const draw = chance({ diagnostic: (message) => told.push(message) }, seed)
    return Array.from({ length: 100 }, () => draw(10))
  })
  assert.deepEqual(drawn[0], drawn[1])
  assert.notDeepEqual(drawn[0], drawn[2])
  assert.deepEqual(new Set(drawn[0]), new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
  assert.equal(told[0], 'HELIOGRAPH_TEST_SEED=7')
})
