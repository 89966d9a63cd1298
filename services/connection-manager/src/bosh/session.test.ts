import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Op } from '@heliograph/bus'
import { BoshRequests, deliverTo, message } from '../../test/bosh-requests.ts'
import { DOMAIN, type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

const deliver = (id: string) => deliverTo(fixture, id)
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

test('a session is created on agreed terms', async () => {
  const client = new BoshRequests(fixture)
  const answer = await client.create({ wait: 300, hold: 9, ver: '1.6', content: 'text/html; charset=utf-8', ack: 1 })
  assert.match(answer, /^<body xmlns='http:\/\/jabber.org\/protocol\/httpbind' xmlns:stream='[^']+' sid='[\w-]{32}'/)
  for (const term of ["wait='60'", "hold='1'", "requests='2'", "ver='1.6'", "inactivity='60'", "polling='5'"]) {
    assert.ok(answer.includes(term), term)
  }
  assert.match(answer, new RegExp(`maxpause='300'.*from='${DOMAIN}' ack='${client.rid}'.*xmpp:restartlogic='true'`))
  assert.match(answer, /<stream:features [^>]*><mechanisms .*PLAIN/)
  assert.equal(client.post().reply(), undefined)
})

test('a client logs in, sends and receives', async () => {
  const client = await new BoshRequests(fixture).bind()
  fixture.owner.heard.length = 0
  const held = client.post()
  assert.equal(await client.ask({}, message('1') + message('2')), '')
  // The older request is given back, the newer one is held.
  assert.equal(held.answer(), "<body xmlns='http://jabber.org/protocol/httpbind'/>")
  assert.deepEqual(
    fixture.owner.heardOps(Op.stanza).map(({ stanza, count }) => [stanza?.id, count]),
    [
      ['1', 1],
      ['2', 2],
    ],
  )
})

test('what comes for the client answers the request that is held', async () => {
  const client = await new BoshRequests(fixture).bind()
  const held = client.post()
  deliver('in')
  await client.turns()
  assert.match(held.answer(), /<body [^>]+><message xmlns='jabber:client' id='in'><body>ü<\/body><\/message><\/body>/)
  // Nothing is held: it waits for the next request.
  deliver('later')
  assert.match(await client.ask(), /id='later'/)
})

test('a held request is answered when its time is up', async () => {
  const client = await new BoshRequests(fixture).bind({ wait: 10 })
  const held = client.post()
  client.advance(9_500)
  assert.equal(held.answer(), '')
  client.advance(500)
  assert.match(held.answer(), /^<body [^>]*\/>$/)
})

test('requests are taken and answered in their order, whichever comes first', async () => {
  const client = await new BoshRequests(fixture).bind()
  fixture.owner.heard.length = 0
  const first = client.rid + 1
  const second = client.post({ rid: first + 1 }, message('2'))
  await client.turns()
  assert.equal(fixture.owner.heardOps(Op.stanza).length, 0)
  const earlier = client.post({ rid: first }, message('1'))
  await client.turns()
  assert.deepEqual(
    fixture.owner.heardOps(Op.stanza).map(({ stanza }) => stanza?.id),
    ['1', '2'],
  )
  assert.notEqual(earlier.answer(), '')
  assert.equal(second.answer(), '')
})

test('a repeated request gets the same answer again', async () => {
  const client = await new BoshRequests(fixture).bind()
  deliver('once')
  const answer = await client.ask({}, message('1'))
  fixture.owner.heard.length = 0
  assert.equal(await client.ask({ rid: client.rid }, message('1')), answer)
  assert.match(answer, /id='once'/)
  assert.equal(fixture.owner.heardOps(Op.stanza).length, 0)
})

test('a request that is repeated while it is held replaces the one before', async () => {
  const client = await new BoshRequests(fixture).bind()
  const held = client.post()
  const again = client.post({ rid: client.rid })
  await client.turns()
  assert.match(held.answer(), /type='error'\/>$/)
  deliver('x')
  await client.turns()
  assert.match(again.answer(), /id='x'/)
})

test('what nobody reads is not lost', async () => {
  const client = await new BoshRequests(fixture).bind()
  const held = client.post()
  held.exchange.leave()
  deliver('kept')
  await client.turns()
  assert.equal(held.answer(), '')
  assert.match(await client.ask({ rid: client.rid }), /id='kept'/)
})

test('a client whose request is gone may go on with the next', async () => {
  const client = await new BoshRequests(fixture).bind()
  client.post().exchange.leave()
  deliver('kept')
  await client.turns()
  fixture.advance(6_000)
  assert.match(await client.ask(), /id='kept'/)
})

test('a pause gives back all requests, empty, and lets the client stay away', async () => {
  const client = await new BoshRequests(fixture).bind()
  const held = client.post()
  fixture.advance(10_000)
  assert.match(await client.ask({ pause: 200 }), /^<body [^>]*\/>$/)
  assert.notEqual(held.answer(), '')
  deliver('during')
  client.advance(199_000)
  assert.match(await client.ask(), /id='during'/)
  client.advance(62_000)
  assert.match(await client.ask(), /item-not-found/)
})

test('a polling client is answered at once', async () => {
  const client = await new BoshRequests(fixture).bind({ hold: 0 })
  assert.match(await client.ask({}, message('1')), /<body [^>]*\/>$/)
  deliver('polled')
  assert.match(await client.ask(), /id='polled'/)
  // The one before brought something.
  assert.match(await client.ask(), /<body [^>]*\/>$/)
  fixture.advance(5_000)
  assert.match(await client.ask(), /<body [^>]*\/>$/)
  assert.match(await client.ask(), /type='terminate' condition='policy-violation'/)
})

test('too many requests, or empty ones too soon, break the rules', async () => {
  const client = await new BoshRequests(fixture).bind()
  client.post({}, message('1'))
  client.post({}, message('2'))
  assert.match(client.post({}, message('3')).answer(), /policy-violation/)
  const hasty = await new BoshRequests(fixture).bind()
  hasty.post()
  await hasty.turns()
  assert.match(hasty.post().answer(), /policy-violation/)
})

test('keys: each is the hash of the one before', async () => {
  const keys = ['seed']
  for (let i = 0; i < 4; i++) keys.push(sha1(keys.at(-1)!))
  const client = new BoshRequests(fixture)
  await client.create({ newkey: keys[4]!.toUpperCase() })
  fixture.advance(10_000)
  assert.match(await client.ask({ key: keys[3], pause: 60 }), /\/>$/)
  assert.match(await client.ask({ key: keys[2], newkey: sha1('other'), pause: 60 }), /\/>$/)
  assert.match(await client.ask({ rid: client.rid, key: keys[2], pause: 60 }), /\/>$/)
  assert.match(await client.ask({ key: keys[1] }), /item-not-found/)
})

test('a repetition without its key is refused', async () => {
  const key = sha1('seed')
  const client = new BoshRequests(fixture)
  await client.create({ newkey: sha1(key) })
  await client.ask({ key, pause: 60 })
  assert.match(await client.ask({ rid: client.rid }), /item-not-found/)
})

test('acknowledgements tell what has come, and what may be missing', async () => {
  const client = await new BoshRequests(fixture).bind({ ack: 1 })
  const { rid } = client
  const first = client.post()
  await client.turns()
  const second = client.post({ ack: rid }, message('1'))
  await client.turns()
  assert.match(first.answer(), new RegExp(` ack='${rid + 2}'/>`))
  client.advance(3_000)
  client.post({ ack: rid }, message('2'))
  await client.turns()
  assert.match(second.answer(), new RegExp(` ack='${rid + 3}' report='${rid + 1}' time='3000'/>`))
})

test('an unencrypted request does not reach a session that is encrypted, nor end it', async () => {
  const client = await new BoshRequests(fixture).bind()
  client.secure = false
  assert.equal(client.post().reply()?.status, 403)
  client.rid--
  client.secure = true
  deliver('safe')
  assert.match(await client.ask(), /id='safe'/)
})

test('a stanza without a namespace is taken for one', async () => {
  const client = await new BoshRequests(fixture).bind()
  fixture.owner.heard.length = 0
  await client.ask({}, `<message to='romeo@montague.example' id='bare'><body>x</body></message>`)
  assert.equal(fixture.owner.heardOps(Op.stanza)[0]?.stanza?.id, 'bare')
})

test('an address gets no more sessions than it may have', async () => {
  const client = new BoshRequests(fixture, { limit: 1 })
  assert.match(await client.create(), /sid=/)
  const [sid, rid] = [client.sid, client.rid]
  assert.match(await client.create(), /policy-violation/)
  Object.assign(client, { sid, rid })
  await client.ask({ type: 'terminate' })
  assert.match(await client.create(), /sid=/)
})
