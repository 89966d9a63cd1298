import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { type Envelope, Op } from '@heliograph/bus'
import { Stanza } from '@heliograph/stanza'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const SM = "xmlns='urn:xmpp:sm:3'"

let fixture: EdgeFixture
beforeEach(async () => {
  fixture = await edgeFixture({ requestEvery: { stanzas: 3, bytes: 1_000_000, seconds: 10 } })
})
afterEach(() => fixture[Symbol.asyncDispose]())

async function managed(): Promise<{ client: FakeClient; last: Envelope }> {
  const client = await new FakeClient(fixture).bind()
  assert.match(client.say(`<enable ${SM} resume='true'/>`), /<enabled [^>]*id='sm-1' resume='true' max='300'\/>/)
  return { client, last: fixture.owner.heard.at(-1)! }
}

function deliver(to: Envelope, count: number, id = 0): void {
  for (let i = 0; i < count; i++) {
    fixture.owner.say(to, Op.deliver, (envelope) => {
      envelope.stanza = new Stanza({ name: 'message', id: `m${i}` })
      envelope.id = id
    })
  }
}

test('h counts what is in custody, since enable', async () => {
  const client = await new FakeClient(fixture).bind()
  client.say('<presence/>')
  client.say(`<enable ${SM}/>`)
  fixture.owner.takesCustody = false
  assert.doesNotMatch(client.say(`<presence/><presence/><r ${SM}/>`), /<a /)
  const [, second, third] = fixture.owner.heardOps(Op.stanza)
  fixture.owner.custody(second!, second!.count)
  assert.equal(client.hear(), '')
  fixture.owner.custody(third!, third!.count)
  assert.match(client.hear(), /<a xmlns='urn:xmpp:sm:3' h='2'\/>/)
})

test('an answer waits for custody no longer than half a second', async () => {
  const { client } = await managed()
  fixture.owner.takesCustody = false
  client.say(`<presence/><presence/><r ${SM}/>`)
  fixture.owner.custody(fixture.owner.heard.at(-1)!, 1)
  fixture.advance(250)
  assert.equal(client.hear(), '')
  fixture.advance(500)
  assert.match(client.hear(), /h='1'/)
  fixture.owner.custody(fixture.owner.heard.at(-1)!, 2)
  assert.equal(client.hear(), '')
})

test('what is in custody is answered at once', async () => {
  const { client } = await managed()
  assert.match(client.say(`<presence/><r ${SM}/>`), /<a xmlns='urn:xmpp:sm:3' h='1'\/>$/)
})

test('an answer is asked for once in several stanzas, in the same write', async () => {
  const { client, last } = await managed()
  client.writes = 0
  deliver(last, 7)
  const answer = client.hear()
  assert.equal(client.writes, 1)
  assert.equal(answer.match(/<r /g)?.length, 1)
  assert.match(answer, /<r xmlns='urn:xmpp:sm:3'\/>$/)
})

test('few stanzas are asked for after some time', async () => {
  const { client, last } = await managed()
  deliver(last, 1)
  assert.doesNotMatch(client.hear(), /<r /)
  fixture.advance(11_000)
  assert.match(client.hear(), /<r /)
})

test("the owner hears of the client's acknowledgements, once a turn", async () => {
  const { client, last } = await managed()
  deliver(last, 5)
  client.hear()
  client.say(`<a ${SM} h='2'/><a ${SM} h='4'/>`)
  assert.deepEqual(
    fixture.owner.heardOps(Op.ack).map(({ count }) => count),
    [4],
  )
})

test('an acknowledgement of too much ends the stream', async () => {
  const { client, last } = await managed()
  deliver(last, 2)
  client.hear()
  const answer = client.say(`<a ${SM} h='3'/>`)
  assert.match(answer, /<undefined-condition .*<handled-count-too-high xmlns='urn:xmpp:sm:3' h='3' send-count='2'\/>/)
})

const misuse: [string, string][] = [
  ['enabled twice', `<enable ${SM}/>`],
  ['resumed when bound', `<resume ${SM} h='0' previd='x'/>`],
]
for (const [name, xml] of misuse) {
  test(`stream management ${name} fails, and the stream goes on`, async () => {
    const { client } = await managed()
    assert.match(client.say(xml), /<failed [^>]*><unexpected-request /)
    assert.equal(client.ended, false)
  })
}

test('stream management cannot be enabled before a resource is bound', async () => {
  const client = new FakeClient(fixture)
  await client.authenticate()
  client.open()
  assert.match(client.say(`<enable ${SM}/>`), /<failed [^>]*><unexpected-request /)
})

test('a resumed session counts on', async () => {
  fixture.owner.resumable = { jid: 'juliet@capulet.example/balcony', h: 5, base: 2 }
  const client = new FakeClient(fixture)
  await client.authenticate()
  client.open()
  assert.match(client.say(`<resume ${SM} h='3' previd='sm-0'/>`), /<resumed [^>]*previd='sm-0' h='5'\/>/)
  client.say('<presence/>')
  const stanza = fixture.owner.heardOps(Op.stanza).at(-1)!
  assert.deepEqual([stanza.stream, stanza.count], ['stream-old', 8])
  assert.match(client.say(`<r ${SM}/>`), /h='6'/)
  deliver(stanza, 1)
  client.hear()
  client.say(`<a ${SM} h='4'/>`)
  assert.equal(fixture.owner.heardOps(Op.ack).at(-1)?.count, 4)
})

test('a session that is gone cannot be resumed, but a resource can be bound', async () => {
  const client = new FakeClient(fixture)
  await client.authenticate()
  client.open()
  assert.match(client.say(`<resume ${SM} h='3' previd='x'/>`), /<failed [^>]*h='7'><item-not-found /)
  const answer = client.say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
  assert.match(answer, /<jid>juliet@capulet.example\/made<\/jid>/)
})

test('a client whose enable is never answered is not left hanging', async () => {
  const client = await new FakeClient(fixture).bind()
  fixture.owner.answers = false
  client.say(`<enable ${SM}/><presence/>`)
  fixture.advance(32_000)
  assert.match(client.hear(), /<remote-connection-failed /)
})
