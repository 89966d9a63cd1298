import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Address } from '@heliograph/bus'
import type { FullJid } from '@heliograph/jid'
import { stanza } from '../../test/support/people.ts'
import { addressed, Unacked } from './unacked.ts'

const delivery = (id: number) => ({ stanza: stanza(`<message><body>${id}</body></message>`), id })
const ids = (unacked: Unacked) => [...unacked].map(({ id }) => id)

function filled(acked = 0): Unacked {
  const unacked = new Unacked(acked)
  for (const id of [1, 2, 3, 4, 5]) unacked.push(delivery(id))
  return unacked
}

test('an acknowledgement frees what it covers', () => {
  const unacked = filled()
  const bytes = unacked.bytes
  assert.equal(unacked.acknowledge(2), true)
  assert.deepEqual([ids(unacked), unacked.acked], [[3, 4, 5], 2])
  assert.equal(unacked.bytes, (bytes / 5) * 3)
  assert.equal(unacked.acknowledge(5), true)
  assert.deepEqual([unacked.length, unacked.bytes], [0, 0])
})

test('an old acknowledgement changes nothing, one of what was never sent is refused', () => {
  const unacked = filled()
  unacked.acknowledge(3)
  assert.equal(unacked.acknowledge(1), true)
  assert.equal(unacked.acknowledge(6), false)
  assert.deepEqual([ids(unacked), unacked.acked], [[4, 5], 3])
})

test('h wraps (XEP-0198 §4)', () => {
  const unacked = filled(2 ** 32 - 2)
  assert.equal(unacked.acknowledge(1), true)
  assert.deepEqual([ids(unacked), unacked.acked], [[4, 5], 1])
  assert.equal(unacked.acknowledge(2 ** 32 - 1), true)
  assert.equal(unacked.acknowledge(4), false)
})

test('the rest is taken out when the session ends', () => {
  const unacked = filled()
  unacked.acknowledge(4)
  assert.deepEqual(
    unacked.drain().map(({ id }) => id),
    [5],
  )
  assert.deepEqual([unacked.length, unacked.bytes], [0, 0])
})

test('what is shared is addressed as it was to be', () => {
  const to = 'romeo@montague.example/orchard' as FullJid
  const presence = stanza("<presence from='juliet@capulet.example/balcony'/>")
  const written = (shared?: Address) => addressed({ stanza: presence, id: 0, shared }, to).to
  assert.deepEqual([written(), written(Address.bare), written(Address.full)], [undefined, 'romeo@montague.example', to])
})
