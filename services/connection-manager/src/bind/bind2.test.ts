import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { codecs, Op } from '@heliograph/bus'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

const AGENT = 'D4565fa7-4d72-4749-b3d3-740edbf87770'
const SM = "xmlns='urn:xmpp:sm:3'"
const proof = Buffer.from('\0juliet\0r0m30myr0m30').toString('base64')

function authenticate(bind: string, { agent = '', more = '' } = {}): string {
  const by = agent === '' ? '' : `<user-agent id='${agent}'><software>Test</software></user-agent>`
  return `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'><initial-response>${proof}</initial-response>${by}${more}<bind xmlns='urn:xmpp:bind:0'>${bind}</bind></authenticate>`
}

async function bound(xml: string): Promise<{ client: FakeClient; answer: string; resource: string }> {
  const client = new FakeClient(fixture)
  client.open()
  fixture.owner.heard.length = 0
  const answer = client.say(xml) + (await client.later())
  const [, resource = ''] = /<authorization-identifier>juliet@capulet.example\/([^<]+)</.exec(answer) ?? []
  return { client, answer, resource }
}

test('authentication, resource and stream management in one request', async () => {
  const { client, answer } = await bound(authenticate(`<tag>App</tag><enable ${SM} resume='true'/>`))
  assert.match(
    answer,
    /^<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>juliet@capulet.example\/App\/[\w-]{12}<\/authorization-identifier><bound xmlns='urn:xmpp:bind:0'><metadata xmlns='urn:xmpp:mam:2'><start id='1000000' timestamp='1970-01-01T00:00:01.000Z'\/><end id='2000000' timestamp='1970-01-01T00:00:02.000Z'\/><\/metadata><enabled xmlns='urn:xmpp:sm:3' id='sm-1' resume='true' max='300'\/><\/bound><\/success><stream:features><ver /,
  )
  assert.doesNotMatch(answer, /<bind |<sm /)
  assert.equal(client.connection.phase.name, 'bound')
  assert.equal(client.say(`<message to='x@y'/><r ${SM}/>`), `<a ${SM} h='1'/>`)
})

test('copies and inactivity from the start, where they are asked for', async () => {
  await bound(authenticate("<enable xmlns='urn:xmpp:carbons:2'/><inactive xmlns='urn:xmpp:csi:0'/>"))
  assert.equal(codecs.open.decode(fixture.owner.heardOps(Op.open)[0]!.body!).copies, true)
  assert.equal(fixture.owner.heardOps(Op.inactive).length, 1)
  await bound(authenticate(`<enable ${SM}/>`))
  assert.equal(codecs.open.decode(fixture.owner.heardOps(Op.open)[0]!.body!).copies, false)
  assert.equal(fixture.owner.heardOps(Op.inactive).length, 0)
})

test('without stream management it can be enabled later', async () => {
  const { client, answer } = await bound(authenticate(''))
  assert.match(answer, /<\/metadata><\/bound><\/success><stream:features><sm /)
  assert.match(client.say(`<enable ${SM}/>`), /<enabled /)
})

test('a session that cannot be resumed says so', async () => {
  const { answer } = await bound(authenticate(`<enable ${SM}/>`))
  assert.match(answer, /<enabled xmlns='urn:xmpp:sm:3'\/><\/bound>/)
})

test('an installation of a client keeps its resource, whoever asks at whatever edge, and its id stays hidden', async () => {
  const one = await bound(authenticate('<tag>App</tag>', { agent: AGENT }))
  const again = await bound(authenticate('<tag>App</tag>', { agent: AGENT.toLowerCase() }))
  assert.equal(one.resource, again.resource)
  assert.doesNotMatch(one.resource, /d4565fa7/i)
  const [asked] = fixture.owner.heardOps(Op.open)
  assert.equal(codecs.open.decode(asked!.body!).client, one.resource.slice('App/'.length))
  const other = await bound(authenticate('<tag>App</tag>', { agent: AGENT.replace('D', 'e') }))
  assert.notEqual(other.resource, one.resource)
  for (const agent of ['', 'no-uuid']) {
    const [first, second] = [await bound(authenticate('', { agent })), await bound(authenticate('', { agent }))]
    assert.notEqual(first.resource, second.resource)
    assert.equal(codecs.open.decode(fixture.owner.heardOps(Op.open)[0]!.body!).client, '')
  }
})

test('a tag that fits into no resource is left out', async () => {
  for (const tag of ['', 'x'.repeat(1020), '\u0085']) {
    const { resource } = await bound(authenticate(`<tag>${tag}</tag>`))
    assert.match(resource, /^[\w-]{12}$/)
  }
})

test('a session that is resumed is not bound anew; one that is gone is replaced in the same request', async () => {
  const more = `<resume ${SM} h='0' previd='old'/>`
  fixture.owner.resumable = { jid: 'juliet@capulet.example/balcony', h: 3, base: 2 }
  const { answer } = await bound(authenticate('', { more }))
  fixture.owner.resumable = undefined
  assert.match(answer, /juliet@capulet.example\/balcony<.*<resumed /)
  assert.doesNotMatch(answer, /<bound /)
  assert.deepEqual(fixture.owner.heardOps(Op.open), [])

  const gone = await bound(authenticate(`<enable ${SM}/>`, { more }))
  assert.match(gone.answer, /<failed xmlns='urn:xmpp:sm:3' h='7'><item-not-found .*<bound .*<enabled /)
  assert.equal(gone.client.connection.phase.name, 'bound')
})

test('who may not bind is authenticated, and may bind in the old way', async () => {
  fixture.owner.refuses = 'resource-constraint'
  const { client, answer, resource } = await bound(authenticate('<tag>App</tag>'))
  fixture.owner.refuses = undefined
  assert.equal(resource, '')
  assert.match(answer, /^<success .*>juliet@capulet.example<.*<\/success><stream:features><bind /)
  const legacy = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
  assert.match(client.say(legacy), /<jid>juliet@capulet.example\/made</)
})
