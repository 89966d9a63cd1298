import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Recent, type Ring } from './recent.ts'
import type { Shipment } from './shipment.ts'

const clock = { now: () => 0, after: () => () => {}, turn: () => {} }

test('what is forgotten is let go of at once, in whichever way, and no longer counts', () => {
  using recent = new Recent({ ageMs: 30_000, bytes: 250 }, clock)
  const [ended, going]: [Ring, Ring] = [new Map(), new Map()]
  const add = (ring: Ring) => {
    const shipment = { at: 0, weight: 100 } as Shipment
    recent.add(shipment, ring)
    return { shipment, kept: ring.get(shipment)! }
  }
  const [oldest, first, second] = [add(going), add(ended), add(going)]
  // Past the bound.
  assert.deepEqual([recent.bytes, oldest.kept.shipment, [...going.keys()]], [200, undefined, [second.shipment]])
  recent.forget(ended)
  assert.deepEqual([recent.bytes, first.kept.shipment, ended.size], [100, undefined, 0])
  assert.equal(second.kept.shipment, second.shipment)
  const third = add(going)
  add(going)
  assert.deepEqual([recent.bytes, second.kept.shipment, third.kept.shipment], [200, undefined, third.shipment])
})
