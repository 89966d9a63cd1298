import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ownership, Router } from '@heliograph/ownership'
import { addResource, makeUser, stanza } from '../../test/support/people.ts'
import type { LiveRecords } from '../recovery/live-records.ts'
import { Outgoing } from './outgoing.ts'
import { managed } from './resource.ts'

const MESSAGE = stanza(`<message to='a@b'><body>${'x'.repeat(1_000)}</body></message>`)

function setUp() {
  const overflowed: number[] = []
  let sent = 0
  const router = { tell: () => ++sent > 0 } as unknown as Router
  const user = makeUser()
  const resource = addResource(user, 'orchard', 0)
  const outgoing = new Outgoing(
    {
      router,
      ownership: { heldEpochOf: () => 1 } as unknown as Ownership,
      records: { appendUnacked: () => {} } as unknown as LiveRecords,
      events: { keptBack: () => {}, woken: () => {} },
      bounds: { stanzas: 10, bytes: 5_000 },
    },
    { overflow: () => overflowed.push(sent), unreachable: () => {} },
  )
  const deliver = (count: number) => {
    for (let i = 0; i < count; i++) outgoing.deliver(user, resource, MESSAGE)
  }
  return { resource, deliver, overflowed, sent: () => sent }
}

test('what a client does not acknowledge ends its session at the bound', () => {
  const { resource, deliver, overflowed, sent } = setUp()
  resource.managed = managed('sm-1', 60, 0)
  deliver(4)
  assert.deepEqual([sent(), overflowed.length], [4, 0])
  deliver(1)
  assert.deepEqual([sent(), overflowed.length], [4, 1])
})

test('what waits for a session that is being recovered is bounded by its bytes, too', () => {
  const { resource, deliver, overflowed } = setUp()
  resource.attachment = 'recovering'
  deliver(4)
  assert.equal(overflowed.length, 0)
  deliver(1)
  assert.equal(overflowed.length, 1)
})
