import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOUNDS, SearchTurns } from './search-turns.ts'

/** Searches that go on until they are ended, and who they are of, in the order in which they began. */
function searches(now = () => 0) {
  const turns = new SearchTurns(now)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const ask = (asker: string) =>
    turns.run(asker, () => {
      begun.push(asker)
      return new Promise<void>((resolve) => ends.push(resolve))
    })
  return { turns, begun, ends, ask }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('who asks much waits for himself: others are searched for meanwhile', async () => {
  const { begun, ends, ask } = searches()
  for (let i = 0; i < BOUNDS.ofOne; i++) assert.ok(ask('eve'))
  assert.equal(ask('eve'), undefined)
  assert.ok(ask('nora'))
  assert.deepEqual(begun, ['eve', 'nora'])
  ends[0]!()
  await settled()
  assert.deepEqual(begun, ['eve', 'nora', 'eve'])
})

test('nobody asks faster than the pace for long, and a search that fails makes room too', async () => {
  let now = 0
  const turns = new SearchTurns(() => now)
  const fail = () => turns.run('eve', () => Promise.reject(new Error('no database')))
  for (let i = 0; i < 10; i++) await assert.rejects(fail()!)
  assert.equal(fail(), undefined)
  now = 1_000
  await assert.rejects(fail()!)
})
