import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addResource, makeUser, stanza } from '../../test/support/people.ts'
import { managed } from '../users/resource.ts'
import { decodeDelivery, decodeRecord, encodeDelivery, encodeRecord } from './record.ts'

test('a session comes back from its record', () => {
  const user = makeUser()
  const resource = addResource(user, 'orchard', 7)
  resource.managed = managed('sm-1', 300, 4, 9)
  resource.attachment = 'hibernating'
  resource.deadline = performance.now() + 10_000
  resource.directed = new Set(['room@conference.example/Romeo'])
  resource.interested = true
  Object.assign(resource, { revision: 5, eligibleFrom: 4, lastId: 8 })
  const record = decodeRecord(Buffer.from(encodeRecord(user, resource)))
  const { until, presence, origin, since, ...rest } = record
  assert.deepEqual(rest, {
    user: user.jid,
    jid: resource.jid,
    stream: 'stream-orchard',
    edge: 'connection-manager-1',
    conn: resource.conn,
    attachment: 'hibernating',
    settled: 0,
    managed: { id: 'sm-1', max: 300, base: 4, acked: 9 },
    priority: 7,
    revision: 5,
    eligibleFrom: 4,
    interested: true,
    directed: ['room@conference.example/Romeo'],
    lastId: 8,
  })
  assert.ok(Math.abs(until! - (Date.now() + 10_000)) < 1000)
  assert.equal(presence, resource.presence!.toString())
  assert.deepEqual([origin, since], [resource.origin, 0])
})

test('a bare session has a small record', () => {
  const user = makeUser()
  const record = decodeRecord(Buffer.from(encodeRecord(user, addResource(user, 'orchard'))))
  for (const absent of ['managed', 'until', 'presence', 'directed', 'complete']) assert.equal(absent in record, false)
})

test('a delivery comes back from a queue', () => {
  const message = stanza(
    "<message from='juliet@capulet.example' to='romeo@montague.example'><body>é &amp; 1 2</body></message>",
  )
  const delivery = decodeDelivery(
    Buffer.from(encodeDelivery({ stanza: message, id: 1_795_412_200_239_000, count: 12 })),
  )
  assert.deepEqual([delivery.id, delivery.count], [1_795_412_200_239_000, 12])
  assert.equal(delivery.stanza.toString(), message.toString())
  assert.equal(delivery.mark, undefined)
})

test('what a room said comes back with what it is known by', () => {
  const mark = { source: 'pubsub.example tea & <biscuits>', sequence: 1_795_412_200_239_000 }
  const message = stanza("<message from='room@conference.example/x' type='groupchat'><body>é</body></message>")
  const delivery = decodeDelivery(Buffer.from(encodeDelivery({ stanza: message, id: 0, count: 12, mark })))
  assert.deepEqual([delivery.mark, delivery.id, delivery.count], [mark, 0, 12])
  assert.equal(delivery.stanza.toString(), message.toString())
})

test('how far a session has come with rooms is in its record once its edge can not tell', () => {
  const user = makeUser()
  const resource = addResource(user, 'orchard')
  const message = stanza("<message type='groupchat'/>")
  assert.ok(resource.admits({ stanza: message, id: 0, mark: { source: 'a', sequence: 5 } }))
  const marks = () => decodeRecord(Buffer.from(encodeRecord(user, resource))).marks
  assert.equal(marks(), undefined)
  resource.attachment = 'hibernating'
  assert.deepEqual(marks(), [['a', 5]])
})
