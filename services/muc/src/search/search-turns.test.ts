import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SearchTurns } from './search-turns.ts'

test('nobody asks faster than the pace for long, and a search that fails makes room too', async () => {
  let now = 0
  const turns = new SearchTurns(() => now)
  const fail = () => turns.run('eve', () => Promise.reject(new Error('no database')))
  for (let i = 0; i < 10; i++) await assert.rejects(fail()!)
  assert.equal(fail(), undefined)
  now = 1_000
  await assert.rejects(fail()!)
})
