import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('so many have their turn at once, the others in the order in which they came', async () => {
  const turns = new Turns(2)
  const had: number[] = []
  const all = [1, 2, 3, 4].map((n) => turns.take().then(() => had.push(n)))
  await new Promise(setImmediate)
  assert.deepEqual(had, [1, 2])
  turns.give()
  turns.give()
  await Promise.all(all)
  assert.deepEqual(had, [1, 2, 3, 4])
})
