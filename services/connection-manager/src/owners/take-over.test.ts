import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { Address, codecs, Op } from '@heliograph/bus'
import { partitionOf } from '@heliograph/ownership'
import { Stanza } from '@heliograph/stanza'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const SM = "xmlns='urn:xmpp:sm:3'"
const PARTITION = partitionOf('juliet@capulet.example')

let fixture: EdgeFixture
beforeEach(async () => {
  fixture = await edgeFixture()
})
afterEach(() => fixture[Symbol.asyncDispose]())

const heard = () => fixture.owner.heard.map(({ op }) => op)

test('a new owner is told everything, in order', async () => {
  const { owner } = fixture
  const client = await new FakeClient(fixture).bind()
  client.say(`<enable ${SM} resume='true'/>`)
  client.say('<presence/>')
  owner.takesCustody = false
  client.say("<message id='1'/><message id='2'/>")
  for (const id of [10, 11, 12]) {
    owner.say(owner.heard.at(-1)!, Op.deliver, (envelope) => {
      envelope.stanza = new Stanza({ name: 'message', id: `m${id}` })
      envelope.id = id
    })
  }
  client.hear()
  client.say(`<a ${SM} h='1'/>`)
  owner.takeOver(PARTITION)
  assert.deepEqual(heard(), [Op.announce, Op.unacked, Op.unacked, Op.stanza, Op.stanza])
  const announce = codecs.announce.decode(owner.heard[0]!.body!)
  assert.deepEqual(
    [announce.jid, announce.smId, announce.base, announce.custody, announce.acked, announce.unacked, announce.lastId],
    ['juliet@capulet.example/balcony', 'sm-1', 0, 1, 1, 2, 12],
  )
  assert.deepEqual(
    owner.heard.slice(1).map(({ id, count }) => [id, count]),
    [
      [11, 0],
      [12, 0],
      [0, 2],
      [0, 3],
    ],
  )
})

test('a new owner is told how far a client has come with rooms', async () => {
  const { owner } = fixture
  const client = await new FakeClient(fixture).bind()
  client.say(`<enable ${SM} resume='true'/>`)
  for (const [source, count] of [
    ['tea', 7],
    ['bees', 3],
    ['tea', 9],
  ] as const) {
    owner.say({ partition: PARTITION, conn: client.connection.number }, Op.deliver, (envelope) => {
      envelope.stanza = new Stanza({ name: 'message' })
      envelope.conns = [client.connection.number]
      envelope.stream = source
      envelope.count = count
    })
  }
  client.hear()
  client.say(`<a ${SM} h='2'/>`)
  owner.takeOver(PARTITION)
  const [announce, unacked] = owner.heard
  assert.deepEqual(
    [announce!.recipients, announce!.ids],
    [
      ['tea', 'bees'],
      [9, 3],
    ],
  )
  assert.deepEqual([unacked!.op, unacked!.stream, unacked!.count], [Op.unacked, 'tea', 9])
})

test('what the old owner did not answer is asked of the new one', async () => {
  const { owner } = fixture
  owner.answers = false
  const client = await new FakeClient(fixture).bind()
  owner.answers = true
  owner.takeOver(PARTITION)
  assert.deepEqual(heard(), [Op.open])
  assert.match(client.hear(), /<jid>juliet@capulet.example\/balcony<\/jid>/)

  owner.answers = false
  client.say(`<presence/><enable ${SM}/><presence/>`)
  owner.takeOver(PARTITION)
  assert.deepEqual(heard(), [Op.announce, Op.stanza, Op.enable, Op.stanza])
})

test('an owner that was replaced is not listened to', async () => {
  const { owner } = fixture
  const client = await new FakeClient(fixture).bind()
  const conn = { partition: PARTITION, conn: client.connection.number }
  owner.takeOver(PARTITION)
  owner.epoch--
  const message = new Stanza({ name: 'message' })
  owner.say(conn, Op.deliver, (envelope) => {
    envelope.stanza = message
  })
  owner.say(conn, Op.disconnect, (envelope) => {
    envelope.body = codecs.disconnect.encode({ condition: 'conflict', text: '' })
  })
  client.hear()
  assert.equal(client.connection.phase.name, 'bound')
  assert.equal(client.hear(), '')
})

test('an owner that does not know the session has it closed', async () => {
  const { owner } = fixture
  const client = await new FakeClient(fixture).bind()
  owner.heard.length = 0
  owner.say({ partition: PARTITION, conn: client.connection.number }, Op.disconnect, (envelope) => {
    envelope.body = codecs.disconnect.encode({ condition: 'conflict', text: 'gone' })
  })
  assert.match(client.hear(), /<conflict .*gone.*<\/stream:stream>$/)
  assert.deepEqual(heard(), [])
})

test('one stanza for many connections gets the address of each', async () => {
  const { owner } = fixture
  const plain = await new FakeClient(fixture).bind('balcony')
  const web = await new FakeClient(fixture, 'websocket').bind('chamber')
  plain.hear()
  web.hear()
  owner.say({ partition: PARTITION, conn: 0 }, Op.deliver, (envelope) => {
    envelope.emitterPartition = PARTITION + 1
    envelope.conns = [plain.connection.number, web.connection.number, 999]
    envelope.stanza = new Stanza({ name: 'message', id: '1' })
  })
  assert.equal(plain.hear(), "<message to='juliet@capulet.example/balcony' id='1'/>")
  assert.equal(web.hear(), "<message xmlns='jabber:client' to='juliet@capulet.example/chamber' id='1'/>")
  owner.say({ partition: PARTITION, conn: 0 }, Op.deliver, (envelope) => {
    envelope.conns = [plain.connection.number]
    envelope.address = Address.bare
    envelope.stanza = new Stanza({ name: 'presence' })
  })
  assert.equal(plain.hear(), "<presence to='juliet@capulet.example'/>")
})

test('copies of an owner that was replaced are not written', async () => {
  const { owner } = fixture
  const client = await new FakeClient(fixture).bind()
  client.hear()
  owner.takeOver(PARTITION)
  const copy = (epoch: number) =>
    owner.say({ partition: 0, conn: 0 }, Op.deliver, (envelope) => {
      envelope.epoch = epoch
      envelope.conns = [client.connection.number]
      envelope.stanza = new Stanza({ name: 'presence', id: `under-${epoch}` })
    })
  copy(owner.epoch)
  copy(owner.epoch - 1)
  assert.equal(client.hear(), "<presence to='juliet@capulet.example/balcony' id='under-2'/>")
})

test('the owner hears how a connection ended', async () => {
  const { owner } = fixture
  const lost = () => codecs.closed.decode(owner.heardOps(Op.closed).at(-1)!.body!).lost
  const dropped = await new FakeClient(fixture).bind('a')
  dropped.destroy()
  assert.equal(lost(), true)
  const left = await new FakeClient(fixture).bind('b')
  left.hear()
  assert.equal(left.say('</stream:stream>'), '</stream:stream>')
  assert.equal(lost(), false)
  left.destroy()
  assert.equal(owner.heardOps(Op.closed).length, 2)
})

test('an owner that comes new before the news of a lost connection was taken hears what that held', async () => {
  const { owner } = fixture
  const client = await new FakeClient(fixture).bind()
  client.say("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
  owner.say({ partition: PARTITION, conn: client.connection.number }, Op.deliver, (envelope) => {
    envelope.stanza = new Stanza({ name: 'message', id: 'unread' })
  })
  client.hear()
  owner.takesClosed = false
  client.destroy()
  owner.takeOver(PARTITION)
  assert.deepEqual(
    owner.heard.slice(0, 2).map(({ op }) => op),
    [Op.announce, Op.unacked],
  )
  assert.equal(owner.heard[1]!.stanza?.id, 'unread')
})

test('a new owner hears of a lost connection before it hears of who takes its place', async () => {
  const { owner } = fixture
  const client = await new FakeClient(fixture).bind()
  client.say("<enable xmlns='urn:xmpp:sm:3'/>")
  owner.takesClosed = false
  client.destroy()
  owner.answers = false
  await new FakeClient(fixture).bind()
  owner.takeOver(PARTITION)
  assert.deepEqual(
    heard().filter((op) => op === Op.announce || op === Op.open),
    [Op.announce, Op.open],
  )
})

test('a client that is not in custody is not read', async () => {
  await using small = await edgeFixture({ custody: { stanzas: 4, bytes: 1_000_000 } })
  small.owner.takesCustody = false
  const client = await new FakeClient(small).bind()
  client.say('<presence/>'.repeat(5))
  assert.equal(small.owner.heardOps(Op.stanza).length, 4)
  assert.equal(client.paused, true)
  const last = small.owner.heard.at(-1)!
  small.owner.custody(last, 1)
  assert.equal(client.paused, true)
  small.owner.custody(last, 2)
  assert.equal(client.paused, false)
  assert.equal(small.owner.heardOps(Op.stanza).length, 5)
})

test('a client that does not read is dropped, its session resumable', async () => {
  const { owner } = fixture
  const client = await new FakeClient(fixture).bind()
  client.backlog = 5_000_000
  owner.say({ partition: PARTITION, conn: client.connection.number }, Op.deliver, (envelope) => {
    envelope.stanza = new Stanza({ name: 'message' })
  })
  client.hear()
  assert.equal(client.destroyed, true)
  assert.equal(codecs.closed.decode(owner.heardOps(Op.closed).at(-1)!.body!).lost, true)
})

test('a fault of ours ends one stream and nothing else', async () => {
  const { owner } = fixture
  const client = await new FakeClient(fixture).bind()
  owner.say({ partition: PARTITION, conn: client.connection.number }, Op.deliver) // without its stanza
  assert.match(client.hear(), /<internal-server-error /)
  assert.equal(codecs.closed.decode(owner.heardOps(Op.closed)[0]!.body!).lost, true)
})

test('a silent client is pinged, then closed', async () => {
  const client = await new FakeClient(fixture).bind()
  client.hear()
  fixture.advance(302_000)
  const ping = client.hear()
  assert.match(
    ping,
    /^<iq to='juliet@capulet.example\/balcony' from='capulet.example' id='(ping-[^']+)' type='get'><ping /,
  )
  const id = /id='([^']+)'/.exec(ping)![1]
  fixture.owner.heard.length = 0
  client.say(`<iq type='result' id='${id}' to='capulet.example'/>`)
  assert.deepEqual(heard(), [])
  fixture.advance(302_000)
  assert.match(client.hear(), /<ping /)
  fixture.advance(62_000)
  assert.match(client.hear(), /<connection-timeout /)
  assert.equal(codecs.closed.decode(fixture.owner.heardOps(Op.closed)[0]!.body!).lost, true)
})
