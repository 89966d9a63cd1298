import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Bag } from './bag.ts'

test('a bag has what was added and not taken out', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(19), { maxLength: 200 }), (moves) => {
      const items = Array.from({ length: 20 }, (_, name) => ({ name, at: -1 }))
      const bag = new Bag<(typeof items)[number]>()
      const model = new Set<object>()
      for (const move of moves) {
        const item = items[move]!
        assert.equal(bag.delete(item), model.has(item))
        if (!model.delete(item)) {
          bag.add(item)
          model.add(item)
        }
        assert.deepEqual(new Set(bag), model)
      }
      bag.clear()
      assert.deepEqual([...bag], [])
      for (const item of items) assert.equal(bag.delete(item), false)
    }),
  )
})
