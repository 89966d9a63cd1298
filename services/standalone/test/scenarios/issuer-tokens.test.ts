/** AUTH-09: who has a token of a service that the server trusts needs no password. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { bothModes, loginPeer, RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, enter, errorOf, say, saying } from '../support/actor.ts'
import { commandStep } from '../support/commands.ts'
import { control } from '../support/control.ts'
import { bindXml, exchange, NS_SASL2 } from '../support/sasl2.ts'

interface Key {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const keyPair = (kid: string): Key => ({ kid, ...generateKeyPairSync('ed25519') })
const [known, stranger] = [keyPair('one'), keyPair('one')]
/** What the issuer publishes; its clients are told of no other. */
const published = [known]
const server = createServer((_request, response) => {
  const keys = published.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA' }))
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
})
await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
after(() => {
  server.closeAllConnections()
  server.close()
})

const issuer = 'https://issuer.example'
const bearer = {
  domain: 'localhost',
  issuer,
  audience: ['heliograph'],
  jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
  scope: 'xmpp:client:normal',
  createAccounts: true,
}
const scenario = await bothModes({ config: { authentication: { bearer } } })

function token(sub: string, claims: Readonly<Record<string, unknown>> = {}, key = known): string {
  const exp = Math.floor(Date.now() / 1000) + 600
  const body = { iss: issuer, aud: 'heliograph', scope: 'openid xmpp:client:normal', sub, exp, ...claims }
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${encode({ alg: 'EdDSA', kid: key.kid })}.${encode(body)}`
  return `${signed}.${sign(undefined, Buffer.from(signed), key.privateKey).toString('base64url')}`
}

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const message = (jwt: string, authzid = '') =>
  Buffer.from(`n,${authzid && `a=${authzid}`},\x01auth=Bearer ${jwt}\x01\x01`).toString('base64')
const someone = (name: string) => `${name}-${randomBytes(4).toString('hex')}`

async function opened(site: Site, edge: number): Promise<RawClient> {
  const client = await RawClient.connect(site.at(edge, 'tls'))
  await client.open()
  return client
}

/** By the dialogue of RFC 6120; `undefined` when that succeeded, else what the client was told and the condition. */
async function attempt(client: RawClient, jwt: string, authzid = ''): Promise<string | undefined> {
  client.send(`<auth xmlns='${NS_SASL}' mechanism='OAUTHBEARER'>${message(jwt, authzid)}</auth>`)
  const answer = await client.expect((element) => element.getNS() === NS_SASL)
  if (answer.name === 'success') {
    await client.openStream()
    return undefined
  }
  if (answer.name === 'failure') return String(answer.getChildElements()[0]?.name)
  const told = JSON.parse(Buffer.from(answer.getText(), 'base64').toString()) as Record<string, string>
  assert.equal(told['openid-configuration'], `${issuer}/.well-known/openid-configuration`)
  client.send(`<response xmlns='${NS_SASL}'>AQ==</response>`)
  const failure = await client.expect('failure')
  return `${told.status} ${failure.getChildElements()[0]?.name}`
}

scenario('nell has a token and no account: she comes in, at either edge, and talks', async (site) => {
  const nell = someone('nell')
  await using bob = await enter(site, await site.person('bob'), { edge: 1 })
  for (const [edge, address] of [
    [0, ''],
    [1, `${nell}@${site.domain}`],
  ] as const) {
    await using client = await opened(site, edge)
    assert.equal(await attempt(client, token(nell), address), undefined)
    assert.equal(bareOf(await client.bind()), `${nell}@${site.domain}`)
    say(client, bob.jid, `from ${edge}`)
    await bob.expect(saying(`from ${edge}`))
    // She can't make a password of it, nor remove the account.
    for (const inside of [`<username>${nell}</username><password>a long enough one</password>`, '<remove/>']) {
      const query = `<query xmlns='jabber:iq:register'>${inside}</query>`
      assert.equal(errorOf(await client.request(`<iq type='set' id='r'>${query}</iq>`)), 'cancel/not-allowed')
    }
  }
  await assert.rejects(enter(site, { user: nell, password: '', jid: '' }, { mechanism: 'SCRAM-SHA-256' }))
})

scenario('in one round trip with a resource (XEP-0388), and without a token that would outlive hers', async (site) => {
  const nell = someone('nell')
  await using client = await opened(site, 1)
  const wish = `<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/>`
  const agent = "<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'/>"
  const answer = await exchange(client, 'OAUTHBEARER', message(token(nell)), agent + wish + bindXml('App'))
  assert.ok(answer.getChildText('authorization-identifier')?.startsWith(`${nell}@${site.domain}/App/`), `${answer}`)
  assert.equal(answer.getChild('token', 'urn:xmpp:fast:0'), undefined)
  await using other = await opened(site, 0)
  const refused = await exchange(other, 'OAUTHBEARER', message(token(nell, {}, stranger)), bindXml('App'))
  assert.equal(refused.name, 'challenge')
  other.send(`<response xmlns='${NS_SASL2}'>AQ==</response>`)
  assert.equal((await other.expect('failure')).getChildElements()[0]?.name, 'not-authorized')
})

scenario('strophe.js has a token, and no password', async (site) => {
  const nell = someone('nell')
  await using bob = await enter(site, await site.person('bob'), { edge: 0 })
  const place = { ports: site.edge(1), domain: site.domain, ca: site.certificate, bearer: true }
  await using peer = await loginPeer('strophe.js', { ...place, user: nell, password: token(nell) })
  assert.equal(bareOf(peer.jid), `${nell}@${site.domain}`)
  await peer.message(bob.jid, 'by a token')
  assert.equal((await bob.expect(saying('by a token'))).attrs.from, peer.jid)
  const another = { ...place, user: nell, password: token(nell, {}, stranger) }
  await assert.rejects(loginPeer('strophe.js', another), /authentication failed/)
})

scenario('a token that is no good lets nobody in, and says why', async (site) => {
  const nell = someone('nell')
  const past = Math.floor(Date.now() / 1000) - 120
  const cases: readonly (readonly [string, string, string?])[] = [
    [token(nell, {}, stranger), 'invalid_token not-authorized'],
    [token(nell, {}, { ...stranger, kid: 'unknown' }), 'invalid_token not-authorized'],
    [token(nell, { exp: past }), 'invalid_token credentials-expired'],
    [token(nell, { iss: 'https://other.example' }), 'invalid_token not-authorized'],
    [token(nell, { aud: 'mail' }), 'invalid_token not-authorized'],
    [token(nell, { scope: 'openid' }), 'insufficient_scope not-authorized'],
    [token(`${nell}@other.example`), 'invalid_token not-authorized'],
    ['', 'invalid_token not-authorized'],
    ['no.token.atall', 'invalid_token not-authorized'],
    [token(nell), 'invalid-authzid', `bob@${site.domain}`],
  ]
  for (const [jwt, expected, authzid] of cases) {
    await using client = await opened(site, 0)
    assert.equal(await attempt(client, jwt, authzid), expected)
    await client.close()
  }
})

scenario(
  'who came by a token sees her clients but ends none; the owner of the password does (XEP-0494)',
  async (site) => {
    const nell = someone('nell')
    const desk = await opened(site, 0)
    await using phone = await opened(site, 1)
    assert.equal(await attempt(desk, token(nell)), undefined)
    await desk.bind('desk')
    assert.equal(await attempt(phone, token(nell)), undefined)
    await phone.bind('phone')
    const listed = await phone.request("<iq type='get' id='l'><list xmlns='urn:xmpp:cam:0'/></iq>")
    const clients = (listed.getChild('clients')?.getChildren('client') ?? []) as Element[]
    assert.deepEqual(clients.map(({ attrs }) => attrs.id).sort(), ['desk', 'phone'])
    for (const client of clients) {
      assert.ok(client.getChild('auth')?.getChild('grant'))
      assert.equal(client.getChild('permission')?.attrs.status, 'normal')
    }
    const revoke = "<iq type='set' id='r'><revoke xmlns='urn:xmpp:cam:0' id='desk'/></iq>"
    assert.equal(errorOf(await phone.request(revoke)), 'auth/forbidden')
    assert.equal(errorOf(await commandStep(phone, { node: 'end-client' })), 'auth/forbidden')
    const password = 'correct horse battery'
    const jid = `${nell}@${site.domain}`
    assert.equal((await control(site, ['users', 'password', jid, '--force'], `${password}\n`)).code, 0)
    await using owner = await enter(site, { user: nell, password, jid }, { edge: 1 })
    assert.equal((await owner.request(revoke)).attrs.type, 'result')
    await desk.ended
  },
)
