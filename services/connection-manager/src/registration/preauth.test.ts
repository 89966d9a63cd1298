import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { DOMAIN, type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const preauth = (attributes = " token='good'", head = "type='set' id='1'") =>
  `<iq ${head}><preauth xmlns='urn:xmpp:pars:0'${attributes}/></iq>`
const ROMEO = `<iq type='set' id='2'><query xmlns='jabber:iq:register'><username>romeo</username><password>p</password></query></iq>`

let fixture: EdgeFixture
beforeEach(async () => {
  fixture = await edgeFixture({ registration: 'never' })
  fixture.accounts.invites.add('good')
})
afterEach(() => fixture[Symbol.asyncDispose]())

function opened(kind: 'tls' | 'tcp' = 'tls'): FakeClient {
  const client = new FakeClient(fixture, kind, { secure: kind === 'tls', address: '192.0.2.1' })
  client.open()
  return client
}

test('who has an invitation can make an account where nobody else can, once', async () => {
  const client = opened()
  client.say(preauth() + ROMEO)
  const answer = await client.later()
  assert.match(answer, /^<iq from='capulet.example' id='1' type='result'\/><iq [^>]*id='2' type='result'\/>$/)
  assert.equal(fixture.accounts.invite, 'good')
  assert.match(client.say(ROMEO), /<not-authorized /)
})

for (const [name, attributes] of [
  ['one that is not good', " token='bad'"],
  ['an empty one', " token=''"],
  ['none', ''],
] as const)
  test(`an invitation is refused, and nothing is allowed: ${name}`, async () => {
    const client = opened()
    client.say(preauth(attributes))
    assert.match(await client.later(), /id='1' type='error'><error type='cancel'><item-not-found /)
    assert.match(client.say(ROMEO), /<not-authorized /)
  })

test('what is no request, or comes unencrypted, ends the stream', () => {
  for (const head of ["type='get' id='1'", "type='set'"])
    assert.match(opened().say(preauth(undefined, head)), /<not-authorized /)
  assert.match(opened('tcp').say(preauth()), /<stream:error>/)
})

test('invitations that cannot be looked up can be shown again', async () => {
  fixture.accounts.away = true
  const client = opened()
  client.say(preauth())
  assert.match(await client.later(), /<error type='wait'><resource-constraint /)
  fixture.accounts.away = false
  client.say(preauth())
  assert.match(await client.later(), /id='1' type='result'/)
})

test('a client that goes meanwhile is let go', async () => {
  const client = opened()
  client.say(preauth())
  client.destroy()
  await client.later()
  assert.equal(fixture.running.edge.connections.size, 0)
})

test('where nobody has an account nobody is invited to make one', async () => {
  await using anonymous = await edgeFixture({ anonymous: [ensureDomain(DOMAIN)] })
  anonymous.accounts.invites.add('good')
  const client = new FakeClient(anonymous, 'tls', { secure: true, address: '127.0.0.1' })
  assert.doesNotMatch(client.open(), /urn:xmpp:ibr-token:0/)
  assert.match(client.say(preauth()), /<not-authorized /)
  assert.match(new FakeClient(fixture).open(), /<register xmlns='urn:xmpp:ibr-token:0'\/>/)
})
