import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

const plainText = { secure: false, address: '192.0.2.1' }

test('before TLS nothing but TLS is offered', () => {
  const answer = new FakeClient(fixture, 'tcp', plainText).open()
  assert.match(
    answer,
    /^<\?xml version='1.0'\?><stream:stream [^>]*from='capulet.example' id='[\w-]{36}' version='1.0'/,
  )
  assert.match(answer, /<starttls xmlns='[^']+'><required\/><\/starttls>/)
  assert.doesNotMatch(answer, /mechanism/)
  assert.match(answer, /<max-bytes>10240<\/max-bytes><idle-seconds>300<\/idle-seconds>/)
})

test('authentication before TLS is refused', async () => {
  const client = new FakeClient(fixture, 'tcp', plainText)
  assert.match(await client.authenticate(), /<failure [^>]+><encryption-required\/>|^$/)
  assert.equal(client.connection.identity, undefined)
})

test('under TLS the mechanisms are offered, strongest first', () => {
  const answer = new FakeClient(fixture, 'tls', { secure: true, address: '192.0.2.1' }).open()
  assert.doesNotMatch(answer, /starttls|iq-register/)
  assert.match(answer, /<mechanism>SCRAM-SHA-512<\/mechanism>.*<mechanism>PLAIN<\/mechanism>/)
})

test('an authenticated client is offered binding, stream management and the larger limit', async () => {
  const client = new FakeClient(fixture)
  assert.match(await client.authenticate(), /<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'\/>/)
  const answer = client.open()
  for (const feature of ['<bind ', '<session ', '<sm ', '<ver ', '<sub ']) assert.ok(answer.includes(feature), feature)
  assert.match(answer, /<max-bytes>262144</)
})

test('a wrong password can be tried again, a few times', async () => {
  const client = new FakeClient(fixture)
  assert.match(await client.authenticate('juliet', 'wrong'), /<failure [^>]+><not-authorized\/>/)
  const proof = Buffer.from('\0juliet\0wrong').toString('base64')
  let answer = ''
  for (let i = 0; i < 4; i++) {
    client.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${proof}</auth>`)
    answer = await client.later()
  }
  assert.match(answer, /<not-authorized\/>.*<policy-violation /)
  assert.equal(client.connection.phase.name, 'closing')
})

test('accounts that cannot be reached are a temporary failure', async () => {
  fixture.accounts.away = true
  const client = new FakeClient(fixture)
  const answer = await client.authenticate()
  fixture.accounts.away = false
  assert.match(answer, /<temporary-auth-failure\/>/)
})

test('binding gives the resource that was asked for', async () => {
  const client = new FakeClient(fixture)
  await client.authenticate()
  client.open()
  const answer = client.say(
    "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>balcony</resource></bind></iq>",
  )
  assert.match(answer, /<iq id='b' type='result'><bind [^>]+><jid>juliet@capulet.example\/balcony<\/jid><\/bind><\/iq>/)
})

test('a WebSocket speaks in documents', async () => {
  const client = new FakeClient(fixture, 'websocket')
  const answer = client.open()
  assert.match(answer, /^<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='capulet.example'/)
  assert.match(answer, /<stream:features xmlns:stream='http:\/\/etherx.jabber.org\/streams'>/)
  await client.authenticate().catch(() => '')
})

test('who does not authenticate in time is sent away', () => {
  const client = new FakeClient(fixture)
  client.open()
  fixture.advance(61_000)
  assert.match(client.hear(), /<connection-timeout /)
  assert.equal(client.connection.phase.name, 'closing')
  // For its closing tag, then for the end of its transport, as seen once a second.
  fixture.advance(10_000)
  assert.equal(client.destroyed, true)
})
