import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Stanza } from '@heliograph/stanza'
import { Managed } from './managed.ts'

const copy = { stanza: new Stanza({ name: 'message' }), to: undefined, id: 0, bytes: 10 }
const managed = (acked = 0) => new Managed({ id: 'sm', max: 60, base: 2, acked })

test('an acknowledgement drops the copies it covers', () => {
  const m = managed()
  for (let i = 0; i < 3; i++) m.keep(copy, 1)
  assert.equal(m.acknowledge(2), true)
  assert.deepEqual([m.copies.length, m.bytes, m.sent, m.untold], [1, 10, 3, true])
})

test('more than was sent is refused, an old value is ignored', () => {
  const m = managed()
  m.keep(copy, 1)
  assert.equal(m.acknowledge(2), false)
  assert.equal(m.acknowledge(1), true)
  assert.equal(m.acknowledge(0), true)
  assert.equal(m.acked, 1)
})

test('counts wrap at 2^32', () => {
  const m = managed(0xffff_ffff)
  m.keep(copy, 1)
  m.keep(copy, 1)
  assert.equal(m.sent, 1)
  assert.equal(m.acknowledge(0), true)
  assert.deepEqual([m.acked, m.copies.length], [0, 1])
})

test('h counts custody since enable', () => {
  assert.deepEqual(
    [1, 2, 3, 12].map((custody) => managed().handled(custody)),
    [0, 0, 1, 10],
  )
})
