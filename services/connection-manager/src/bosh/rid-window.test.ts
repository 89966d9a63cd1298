import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RidWindow } from './rid-window.ts'

test('what lies where', () => {
  const window = new RidWindow(10, 2)
  const places = [9, 10, 11, 12, 13].map((rid) => window.placeOf(rid, false))
  assert.deepEqual(places, ['old', 'old', 'next', 'early', 'outside'])
  assert.equal(window.placeOf(13, true), 'early')
  window.advance()
  assert.equal(window.placeOf(13, false), 'early')
})

test('requests that arrive in any order are taken in theirs', () => {
  const requests = fc.integer({ min: 1, max: 5 })
  const shuffled = fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 })
  fc.assert(
    fc.property(requests, shuffled, fc.integer({ min: 0, max: 2 ** 52 }), (size, order, first) => {
      const window = new RidWindow(first, size)
      const waiting = new Set<number>()
      const taken: number[] = []
      // As a client that never has more under way than it may, over a network that knows no order.
      const pending = order.map((offset) => first + offset)
      while (pending.length > 0) {
        const at = pending.findIndex((rid) => rid <= window.last + size)
        const [rid] = pending.splice(at, 1)
        const place = window.placeOf(rid!, false)
        assert.ok(place === 'next' || place === 'early')
        waiting.add(rid!)
        for (; waiting.delete(window.next); window.advance()) taken.push(window.next)
      }
      assert.deepEqual(
        taken,
        [1, 2, 3, 4, 5, 6, 7, 8].map((offset) => first + offset),
      )
    }),
  )
})
