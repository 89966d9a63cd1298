import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DOMAIN, type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
const SASL2 = "xmlns='urn:xmpp:sasl:2'"
let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture({ anonymous: [DOMAIN], registration: 'always' })
})
after(() => fixture[Symbol.asyncDispose]())

function opened(address = '127.0.0.1') {
  const client = new FakeClient(fixture, 'tls', { secure: true, address })
  const features = client.open()
  return { client, features, ask: async (xml: string) => client.say(xml) + (await client.later()) }
}

test('a domain for users without accounts offers that, and nothing that needs one', () => {
  const { features, client } = opened()
  const list = (xmlns: string) => new RegExp(`<[a-z]+ ${xmlns}><mechanism>ANONYMOUS</mechanism>(</|<inline>)`)
  assert.match(features, list(SASL))
  assert.match(features, list(SASL2))
  assert.doesNotMatch(features, /SCRAM|PLAIN|HT-|UPGR-|iq-register/)
  const register = "<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>x</username></query></iq>"
  assert.match(client.say(register), /<stream:error><not-authorized /)
  const other = new FakeClient(fixture).say(
    "<stream:stream to='montague.example' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
  )
  assert.doesNotMatch(other, /ANONYMOUS/)
})

const ATTEMPTS: readonly (readonly [string, string])[] = [
  ['nothing', `<auth ${SASL} mechanism='ANONYMOUS'/>`],
  ['an empty response', `<auth ${SASL} mechanism='ANONYMOUS'>=</auth>`],
  ['a trace', `<auth ${SASL} mechanism='ANONYMOUS'>c2lyaGM=</auth>`],
  ['XEP-0388', `<authenticate ${SASL2} mechanism='ANONYMOUS'/>`],
  [
    'XEP-0388, and wishes',
    `<authenticate ${SASL2} mechanism='ANONYMOUS'><initial-response>c2lyaGM=</initial-response><user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'/><request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/></authenticate>`,
  ],
]
for (const [name, xml] of ATTEMPTS)
  test(`${name}: in at once, under a new name, with nothing to come back by`, async () => {
    const { client, ask } = opened()
    const answer = await ask(xml)
    assert.match(answer, /^<success /)
    assert.doesNotMatch(answer, /<token /)
    assert.match(client.connection.identity ?? '', /^[0-9a-f-]{36}@capulet\.example$/)
  })

test('who comes too often fails, and may not go on asking', async () => {
  const { client, ask } = opened('203.0.113.1')
  let answer = ''
  for (let n = 0; n < 5; n++) answer += await ask(`<auth ${SASL} mechanism='ANONYMOUS'/>`)
  assert.equal(answer.split('<not-authorized/>').length, 6)
  assert.match(answer, /<policy-violation /)
  assert.equal(client.connection.phase.name, 'closing')
})

test('passwords are good for nothing here', async () => {
  const proof = Buffer.from('\0juliet\0r0m30myr0m30').toString('base64')
  const { ask } = opened()
  assert.match(await ask(`<auth ${SASL} mechanism='PLAIN'>${proof}</auth>`), /<invalid-mechanism\/>/)
})
