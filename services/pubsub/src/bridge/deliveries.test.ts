import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { Deliveries } from './deliveries.ts'

const service = ensureBare('pubsub.capulet.example')
const usual = { acknowledged: true, queue: 1, giveUpHours: 1 }

test('nodes are meant by their name, by how it begins, or all of a domain', () => {
  const deliveries = new Deliveries([
    { name: 'alarms', nodes: ['alarms', 'alarms/*'], ...usual },
    { name: 'all', nodes: ['*'], domain: 'Montague.example', ...usual },
  ])
  const of = (node: string, at = service) => deliveries.of({ service: at, node })
  assert.deepEqual(of('alarms'), ['alarms'])
  assert.deepEqual(of('alarms/fire'), ['alarms'])
  assert.deepEqual(of('alarmsounds'), [])
  assert.deepEqual(of('alarms', ensureBare('pubsub.montague.example')), ['alarms', 'all'])
  assert.deepEqual(of('x', ensureBare('pubsub.montague.example')), ['all'])
  assert.deepEqual(of('alarms', ensureBare('juliet@capulet.example')), [])
  assert.deepEqual(new Deliveries([]).of({ service, node: 'x' }), [])
})
