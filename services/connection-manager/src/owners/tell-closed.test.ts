import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope, Op } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import { edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'
import { type Closing, Departed } from './departed.ts'

test('an owner that could not be told of a connection that is gone is told again', async () => {
  await using fixture = await edgeFixture()
  const { owner, running } = fixture
  const client = await new FakeClient(fixture).bind()
  owner.takesClosed = false
  owner.closedOutcome = 'full'
  client.destroy()
  assert.equal(running.edge.departed.untold, 1)
  fixture.advance(250)
  assert.equal(owner.heardOps(Op.closed).length, 2)
  owner.takesClosed = true
  fixture.advance(500)
  assert.equal(owner.heardOps(Op.closed).length, 3)
  assert.equal(running.edge.departed.untold, 0)
})

test('of more untold news than can be kept the oldest goes', () => {
  const departed = new Departed(2)
  const gone: number[] = []
  const closing = (number: number): Closing => ({
    key: 'juliet@capulet.example' as BareJid,
    envelope: new Envelope(Op.closed),
    taken: () => gone.push(number),
  })
  assert.deepEqual(
    [1, 2, 3].map((number) => departed.putBack(closing(number))),
    [true, true, false],
  )
  assert.deepEqual(gone, [1])
  assert.equal(departed.untold, 2)
})
