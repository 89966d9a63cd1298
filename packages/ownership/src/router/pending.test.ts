import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Pending } from './pending.ts'

test('what was added is there until it is deleted, oldest first, as in a map', () => {
  const step = fc.oneof(
    fc.constant('add' as const),
    fc.nat({ max: 3_000 }).map((back) => ({ back })),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 2_000, size: 'max' }), fc.nat(2 ** 40), (steps, start) => {
      const pending = new Pending<string>()
      const model = new Map<number, string>()
      let last = start
      for (const step of steps) {
        if (step === 'add') {
          last += 1
          pending.add(last, `value ${last}`)
          model.set(last, `value ${last}`)
        } else {
          pending.delete(last - step.back)
          model.delete(last - step.back)
          assert.equal(pending.get(last - step.back), undefined)
        }
        assert.equal(pending.get(last), model.get(last))
        assert.equal(pending.size, model.size)
      }
      assert.deepEqual([...pending.values()], [...model.values()])
    }),
    { numRuns: 60 },
  )
})

test('who goes through what is pending may delete what comes later', () => {
  const pending = new Pending<number>()
  for (let number = 1; number <= 600; number++) pending.add(number, number)
  const seen: number[] = []
  for (const value of pending.values()) {
    seen.push(value)
    for (let later = value + 1; later < value + 300; later++) pending.delete(later)
  }
  assert.deepEqual(seen, [1, 301])
})
