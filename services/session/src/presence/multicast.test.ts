import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope, Op } from '@heliograph/bus'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, ROMEO, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { Users } from '../users/users.ts'
import { receiveMulticast } from './multicast.ts'
import { Revisions } from './revisions.ts'

test('probes that a user who waits for the database can not take are refused at the bound', () => {
  const { context: fake } = fakeContext({ mailboxBound: 3 })
  let refused = 0
  const context: SessionContext = {
    ...fake,
    users: new Users({ handle: () => new Promise(() => {}), failed: () => {}, bound: 10 }),
    revisions: new Revisions(),
    router: { receipt: () => {} } as never,
    tracing: { span: () => ({ context: undefined, end: () => {} }) } as never,
    events: { ...fake.events, probeRefused: () => refused++ },
  }
  const user = context.users.get(ROMEO)
  addResource(user, 'orchard', 0)
  for (let i = 0; i < 10; i++) {
    const envelope = new Envelope(Op.multicast)
    envelope.stanza = stanza("<presence type='probe' from='juliet@capulet.example/balcony'/>")
    envelope.recipients = [ROMEO]
    receiveMulticast(context, envelope, 'presence-fanout-1')
  }
  assert.deepEqual([user.mailbox.depth, refused], [3, 6])
})
