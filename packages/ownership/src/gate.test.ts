import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Gate } from './gate.ts'

test('so many at a time come in, the others in order', async () => {
  const gate = new Gate(2)
  const doors = [1, 2, 3, 4].map(() => Promise.withResolvers<void>())
  const inside: number[] = []
  const all = doors.map(({ promise }, number) =>
    gate.run(async () => {
      inside.push(number)
      await promise
    }),
  )
  assert.deepEqual([inside, gate.waiting], [[0, 1], 2])
  doors[1]!.resolve()
  await all[1]
  assert.deepEqual([inside, gate.waiting], [[0, 1, 2], 1])
  for (const { resolve } of doors) resolve()
  await Promise.all(all)
  assert.deepEqual([inside, gate.waiting], [[0, 1, 2, 3], 0])
})
