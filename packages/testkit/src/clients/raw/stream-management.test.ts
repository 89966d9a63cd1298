import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Element } from '@heliograph/xml'
import { StreamManagement } from './stream-management.ts'

test('stanzas are counted both ways, other elements are not', () => {
  const sm = new StreamManagement()
  for (const name of ['message', 'iq', 'presence', 'r', 'a', 'error']) sm.received(new Element(name))
  assert.equal(sm.handled, 3)
  for (const xml of ['<message/>', '<presence to="a"/>', '<r/>', '<iq/>', ' ']) sm.sent(xml)
  assert.equal(sm.unacked.length, 3)
  sm.acknowledge(2)
  assert.deepEqual(sm.unacked, ['<iq/>'])
})

test('the counter wraps, and an excess is noted', () => {
  const sm = new StreamManagement()
  sm.acked = 2 ** 32 - 1
  sm.sent('<iq/>')
  sm.sent('<iq/>')
  sm.acknowledge(1)
  assert.deepEqual([sm.unacked.length, sm.excess], [0, 0])
  sm.acknowledge(4)
  assert.equal(sm.excess, 3)
})
