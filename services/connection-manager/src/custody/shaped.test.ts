import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codecs, Op } from '@heliograph/bus'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

async function shapedClient(fixture: EdgeFixture, ms: number): Promise<FakeClient> {
  const client = await new FakeClient(fixture).bind()
  client.say('<presence/>')
  fixture.owner.say(fixture.owner.heardOps(Op.stanza)[0]!, Op.shape, (envelope) => {
    envelope.body = codecs.shape.encode({ ms })
  })
  return client
}

const taken = ({ owner }: EdgeFixture): number => owner.heardOps(Op.stanza).length

test('a client whose user sends too much is not read for as long as the owner says', async () => {
  await using fixture = await edgeFixture()
  const client = await shapedClient(fixture, 1_000)
  client.say('<presence/><presence/>')
  assert.deepEqual([client.paused, taken(fixture)], [true, 1])
  fixture.advance(750)
  assert.deepEqual([client.paused, taken(fixture)], [true, 1])
  fixture.advance(250)
  assert.deepEqual([client.paused, taken(fixture)], [false, 3])
  assert.equal(fixture.running.edge.shaped.size, 0)
})

test('custody does not end that, and while too much is in flight its end changes nothing', async () => {
  await using fixture = await edgeFixture({ custody: { stanzas: 4 } })
  const { owner } = fixture
  const client = await shapedClient(fixture, 500)
  owner.takesCustody = false
  fixture.advance(500)
  client.say('<presence/>'.repeat(6))
  assert.deepEqual([client.paused, taken(fixture)], [true, 5])
  owner.say(owner.heardOps(Op.stanza)[0]!, Op.shape, (envelope) => {
    envelope.body = codecs.shape.encode({ ms: 500 })
  })
  owner.custody(owner.heardOps(Op.stanza)[4]!, 5)
  assert.deepEqual([client.paused, taken(fixture)], [true, 5])
  fixture.advance(500)
  assert.deepEqual([client.paused, taken(fixture)], [false, 7])
  client.say('<presence/>'.repeat(2))
  owner.say(owner.heardOps(Op.stanza)[0]!, Op.shape, (envelope) => {
    envelope.body = codecs.shape.encode({ ms: 500 })
  })
  fixture.advance(500)
  assert.deepEqual([client.paused, taken(fixture)], [true, 9])
})

test('a connection that goes meanwhile is forgotten', async () => {
  await using fixture = await edgeFixture()
  const client = await shapedClient(fixture, 1_000)
  client.destroy()
  assert.equal(fixture.running.edge.shaped.size, 0)
  fixture.advance(2_000)
})

test('no more is in flight than the user may send in a second, or what a client comes in with', async () => {
  await using fixture = await edgeFixture({ rates: { stanzasPerSecond: 20, bytesPerSecond: 0, burstSeconds: 1 } })
  fixture.owner.takesCustody = false
  const client = await new FakeClient(fixture).bind()
  client.say('<presence/>'.repeat(50))
  assert.equal(taken(fixture), 20)
  await using slow = await edgeFixture({ rates: { stanzasPerSecond: 1, bytesPerSecond: 1_000, burstSeconds: 1 } })
  slow.owner.takesCustody = false
  const [presences, messages] = [await new FakeClient(slow).bind('a'), await new FakeClient(slow).bind('b')]
  messages.say(`<message><body>${'x'.repeat(1_000)}</body></message>`.repeat(3))
  assert.equal(taken(slow), 1)
  presences.say('<presence/>'.repeat(50))
  assert.equal(taken(slow), 3)
})
