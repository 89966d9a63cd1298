import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DOMAIN, type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

const configuration = 'https://issuer.example/.well-known/openid-configuration'
let fixture: EdgeFixture
let without: EdgeFixture
before(async () => {
  fixture = await edgeFixture({ bearer: { domain: DOMAIN, discoveryUrl: configuration, scope: 'chat' } })
  without = await edgeFixture()
})
after(async () => {
  await fixture[Symbol.asyncDispose]()
  await without[Symbol.asyncDispose]()
})

const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
const SASL2 = "xmlns='urn:xmpp:sasl:2'"
const encoded = (text: string) => Buffer.from(text).toString('base64')
const message = (token: string) => encoded(`n,,\x01auth=Bearer ${token}\x01\x01`)
const LAST = encoded('\x01')

/** The two ways to say the same. */
const PROFILES = {
  'RFC 6120': {
    begin: (text: string) => `<auth ${SASL} mechanism='OAUTHBEARER'>${text}</auth>`,
    respond: (text: string) => `<response ${SASL}>${text}</response>`,
  },
  'XEP-0388': {
    begin: (text: string) =>
      `<authenticate ${SASL2} mechanism='OAUTHBEARER'><initial-response>${text}</initial-response></authenticate>`,
    respond: (text: string) => `<response ${SASL2}>${text}</response>`,
  },
}

function opened(at = fixture): { client: FakeClient; ask: (xml: string) => Promise<string>; features: string } {
  const client = new FakeClient(at)
  const features = client.open()
  return { client, features, ask: async (xml) => client.say(xml) + (await client.later()) }
}

test('it is offered where an issuer is configured, for its domain, under TLS', () => {
  assert.equal(opened().features.split('<mechanism>OAUTHBEARER</mechanism>').length, 3)
  assert.doesNotMatch(opened(without).features, /OAUTHBEARER/)
  const other = new FakeClient(fixture).say(
    "<stream:stream to='montague.example' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>",
  )
  assert.match(other, /<mechanism>PLAIN</)
  assert.doesNotMatch(other, /OAUTHBEARER/)
  const bare = new FakeClient(fixture, 'websocket', { secure: false, address: '192.0.2.1' })
  assert.doesNotMatch(bare.open(), /OAUTHBEARER/)
})

for (const [name, { begin, respond }] of Object.entries(PROFILES)) {
  test(`${name}: a good token lets in`, async () => {
    const { client, ask } = opened()
    assert.match(await ask(begin(message('good'))), /^<success /)
    assert.equal(client.connection.identity, `juliet@${DOMAIN}`)
    assert.equal(client.connection.mechanism, 'OAUTHBEARER')
  })

  test(`${name}: who has none, or a bad one, is told where to get one, and may try again`, async () => {
    for (const token of ['bad', '']) {
      const { ask } = opened()
      const [, data = ''] = /^<challenge [^>]*>([^<]+)<\/challenge>$/.exec(await ask(begin(message(token)))) ?? []
      const told = { status: 'invalid_token', scope: 'chat', 'openid-configuration': configuration }
      assert.deepEqual(JSON.parse(Buffer.from(data, 'base64').toString()), told)
      assert.match(await ask(respond(LAST)), /^<failure .*<not-authorized/)
      assert.match(await ask(begin(message('good'))), /^<success /)
    }
  })

  test(`${name}: a disabled account, and what is no message, fail at once`, async () => {
    const { ask } = opened()
    assert.match(await ask(begin(message('disabled'))), /^<failure .*<account-disabled/)
    assert.match(await ask(begin(encoded('n,,'))), /^<failure .*<malformed-request/)
  })

  test(`${name}: an issuer whose keys cannot be had is nobody\u2019s fault`, async () => {
    const { ask } = opened()
    fixture.accounts.away = true
    for (let n = 0; n < 10; n++) assert.match(await ask(begin(message('good'))), /^<failure .*<temporary-auth-failure/)
    fixture.accounts.away = false
    assert.match(await ask(begin(message('good'))), /^<success /)
  })
}

test('who comes by a token gets none of ours, which would outlive it, and makes no keys', async () => {
  const { ask } = opened()
  fixture.accounts.lacking.add('SHA-512')
  const inside =
    "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'/><request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/><upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-512</upgrade>"
  const xml = PROFILES['XEP-0388'].begin(message('good')).replace('</authenticate>', `${inside}</authenticate>`)
  const answer = await ask(xml)
  fixture.accounts.lacking.clear()
  assert.match(answer, /^<success /)
  assert.doesNotMatch(answer, /<token /)
})
