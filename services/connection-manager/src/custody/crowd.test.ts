import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Op } from '@heliograph/bus'
import { edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

test('where much is in flight to one partition each connection has one stanza in flight, and goes on', async () => {
  await using fixture = await edgeFixture({ custody: { partitionStanzas: 10 } })
  const { owner } = fixture
  owner.takesCustody = false
  const loud = await new FakeClient(fixture).bind('loud')
  const quiet = await new FakeClient(fixture).bind('quiet')
  loud.say('<presence/>'.repeat(12))
  assert.equal(owner.heardOps(Op.stanza).length, 10)
  assert.equal(loud.paused, true)
  quiet.say('<presence/><presence/>')
  const from = (client: FakeClient) => owner.heardOps(Op.stanza).filter(({ conn }) => conn === client.connection.number)
  assert.equal(from(quiet).length, 1)
  owner.custody(from(quiet)[0]!, 1)
  assert.equal(from(quiet).length, 2)
  owner.custody(from(loud)[0]!, 9)
  assert.equal(from(loud).length, 12)
  assert.equal(loud.paused, false)
})

test('where much is in flight from one edge it is the same for all', async () => {
  await using fixture = await edgeFixture({ custody: { edgeBytes: 3_000 } })
  const { owner, running } = fixture
  owner.takesCustody = false
  const client = await new FakeClient(fixture).bind()
  client.say(`<message><body>${'x'.repeat(3_000)}</body></message><presence/>`)
  assert.equal(owner.heardOps(Op.stanza).length, 1)
  client.destroy()
  assert.equal(running.edge.crowd.bytes, 0)
})
