/** How sessions end, and who is told. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { codecs, Op } from '@heliograph/bus'
import { BoshRequests, deliverTo } from '../../test/bosh-requests.ts'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

const deliver = (id: string) => deliverTo(fixture, id)

for (const [name, offset] of [
  ['beyond the window', 7],
  ['long answered', -6],
] as const) {
  test(`a request ${name} ends the session`, async () => {
    const client = await new BoshRequests(fixture).bind()
    const held = client.post()
    fixture.owner.heard.length = 0
    assert.match(await client.ask({ rid: client.rid + offset }), /type='terminate' condition='item-not-found'/)
    assert.match(held.answer(), /condition='other-request'/)
    const closed = fixture.owner.heardOps(Op.closed)[0]!
    assert.equal(codecs.closed.decode(closed.body!).lost, true)
    assert.match(await client.ask(), /item-not-found/)
  })
}

test('an inactive session is lost', async () => {
  const client = await new BoshRequests(fixture).bind()
  const held = client.post()
  client.advance(59_000)
  assert.equal(held.answer(), '')
  client.advance(1_000)
  assert.notEqual(held.answer(), '')
  fixture.owner.heard.length = 0
  client.advance(59_000)
  assert.equal(fixture.owner.heardOps(Op.closed).length, 0)
  client.advance(2_000)
  assert.equal(codecs.closed.decode(fixture.owner.heardOps(Op.closed)[0]!.body!).lost, true)
  assert.match(await client.ask(), /item-not-found/)
})

test('a pause that is too long breaks the rules', async () => {
  const client = await new BoshRequests(fixture).bind()
  assert.match(await client.ask({ pause: 301 }), /policy-violation/)
})

test('the end: the oldest request is told, the others are given back', async () => {
  const client = await new BoshRequests(fixture).bind()
  fixture.owner.heard.length = 0
  const held = client.post()
  const answer = await client.ask({ type: 'terminate' }, `<presence xmlns='jabber:client' type='unavailable'/>`)
  assert.match(held.answer(), /type='terminate'\/>$/)
  assert.equal(answer, "<body xmlns='http://jabber.org/protocol/httpbind'/>")
  assert.equal(fixture.owner.heardOps(Op.stanza).length, 1)
  assert.equal(codecs.closed.decode(fixture.owner.heardOps(Op.closed)[0]!.body!).lost, false)
})

test('what is left for a client that leaves goes before the end, or nowhere', async () => {
  const client = await new BoshRequests(fixture).bind()
  const held = client.post()
  deliver('last')
  const end = client.post({ type: 'terminate' })
  await client.turns()
  assert.match(held.answer(), /id='last'/)
  assert.match(end.answer(), /type='terminate'\/>$/)
  const other = await new BoshRequests(fixture).bind()
  deliver('nowhere')
  assert.match(await other.ask({ type: 'terminate' }), /type='terminate'\/>$/)
})

test('an error of the stream ends the session with it', async () => {
  const client = await new BoshRequests(fixture).bind()
  const answer = await client.ask({}, `<message xmlns='jabber:client' from='romeo@montague.example'/>`)
  assert.match(answer, /xmlns:stream='[^']+' type='terminate' condition='remote-stream-error'><stream:error/)
  assert.match(answer, /<invalid-from /)
})

test('who is not there when the stream ends is told by the next request', async () => {
  const client = await new BoshRequests(fixture).bind()
  const opened = fixture.owner.heardOps(Op.open).at(-1)!
  fixture.owner.say(opened, Op.disconnect, (envelope) => {
    envelope.body = codecs.disconnect.encode({ condition: 'conflict', text: 'replaced' })
  })
  await client.turns()
  assert.match(await client.ask(), /condition='remote-stream-error'><stream:error .*<conflict .*replaced/)
  assert.match(await client.ask(), /item-not-found/)
})

test('a client from before versions is told by HTTP status', async () => {
  const client = new BoshRequests(fixture)
  await client.create({ ver: undefined })
  const request = client.post({ rid: client.rid + 50 })
  assert.equal(request.reply()?.status, 404)
  const syntax = new BoshRequests(fixture)
  await syntax.create({ ver: undefined })
  const broken = syntax.post({}, '<auth')
  await syntax.turns()
  assert.equal(broken.reply()?.status, 400)
})

test('a draining edge makes no new sessions and ends those it has', async () => {
  await using leaving = await edgeFixture()
  const client = await new BoshRequests(leaving).bind()
  const held = client.post()
  client.bosh.close()
  await leaving.running.drain(AbortSignal.abort())
  assert.match(held.answer(), /type='terminate' condition='system-shutdown'/)
  assert.match(await client.create(), /condition='system-shutdown'/)
})
