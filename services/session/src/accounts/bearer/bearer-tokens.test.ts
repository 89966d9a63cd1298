import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareJid, ensureDomain } from '@heliograph/jid'
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type BearerPolicy, BearerTokens } from './bearer-tokens.ts'

const domain = ensureDomain('example.com')
const NOW = 1_800_000_000
const [trusted, stranger, rsa] = await Promise.all([
  generateKeyPair('ES256', { extractable: true }),
  generateKeyPair('ES256', { extractable: true }),
  generateKeyPair('RS256', { extractable: true }),
])
const [ec, rs] = await Promise.all([exportJWK(trusted.publicKey), exportJWK(rsa.publicKey)])
const keys = createLocalJWKSet({
  keys: [
    { ...ec, kid: 'one' },
    { ...rs, kid: 'two' },
  ],
})
const policy: BearerPolicy = {
  domain,
  issuer: 'https://issuer.example',
  audience: ['xmpp', 'chat'],
  algorithms: ['ES256'],
  clockSkewSeconds: 30,
  userClaim: 'sub',
  scope: undefined,
  createAccounts: false,
}
const CLAIMS = { iss: 'https://issuer.example', aud: 'xmpp', sub: 'alice', exp: NOW + 60 }

interface Made {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly alg?: string
  readonly kid?: string
  readonly key?: Parameters<SignJWT['sign']>[0]
  readonly typ?: string
}

function token({ claims = {}, alg = 'ES256', kid = 'one', key = trusted.privateKey, typ = 'JWT' }: Made = {}) {
  const payload = Object.fromEntries(
    Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined),
  )
  return new SignJWT(payload).setProtectedHeader({ alg, kid, typ }).sign(key)
}

const ACCOUNTS: Readonly<Record<string, 'good' | 'disabled'>> = {
  'alice@example.com': 'good',
  'locked@example.com': 'disabled',
}

async function check(text: string, changes: Partial<BearerPolicy> = {}, asked = domain): Promise<string> {
  const made: BareJid[] = []
  const tokens = new BearerTokens({
    policy: { ...policy, ...changes },
    keys,
    standing: async (jid) => ACCOUNTS[jid] ?? 'unknown',
    create: async (jid) => made.push(jid) > 0,
    now: () => new Date(NOW * 1000),
  })
  const answer = await tokens.checkBearer({ domain: asked, source: '192.0.2.1', token: text })
  if (answer.ok) return [answer.username, ...made.map((jid) => `made ${jid}`)].join(' ')
  return `${answer.condition} ${answer.problem ?? '-'}`
}

test('a token of the issuer, for us, that is good now', async () => {
  for (const made of [
    {},
    { typ: 'at+jwt' },
    { claims: { aud: ['other', 'chat'] } },
    { claims: { sub: 'alice@example.com' } },
    { claims: { sub: 'ALICE' } },
    { claims: { exp: NOW - 29 } },
    { claims: { nbf: NOW + 29 } },
  ])
    assert.equal(await check(await token(made)), 'alice', JSON.stringify(made))
})

const INVALID: readonly (readonly [string, Made])[] = [
  ['another issuer', { claims: { iss: 'https://issuer.example/' } }],
  ['no issuer', { claims: { iss: undefined } }],
  ['another audience', { claims: { aud: 'mail' } }],
  ['no audience', { claims: { aud: undefined } }],
  ['no end', { claims: { exp: undefined } }],
  ['an end that is no number', { claims: { exp: 'tomorrow' } }],
  ['a beginning to come', { claims: { nbf: NOW + 31 } }],
  ['no user', { claims: { sub: undefined } }],
  ['an empty user', { claims: { sub: '' } }],
  ['a user that is no text', { claims: { sub: 7 } }],
  ['a user of another domain', { claims: { sub: 'alice@example.org' } }],
  ['a user with a resource', { claims: { sub: 'alice@example.com/phone' } }],
  ['a user that is no local part', { claims: { sub: 'a b' } }],
  ['a user that is a domain', { claims: { sub: '@example.com' } }],
  ['somebody else’s signature', { key: stranger.privateKey }],
  ['an unknown key', { kid: 'three' }],
  ['the key of another algorithm', { kid: 'two' }],
  ['an algorithm that is not allowed', { alg: 'RS256', kid: 'two', key: rsa.privateKey }],
  ['a signature by a shared secret', { alg: 'HS256', key: Buffer.alloc(32, 1) }],
]
for (const [name, made] of INVALID)
  test(`${name} is invalid`, async () => {
    assert.equal(await check(await token(made)), 'not-authorized invalid_token')
  })

test('what is no token is invalid, and so is one without signature, or changed', async () => {
  const [header = '', payload = '', signature = ''] = (await token()).split('.')
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const none = encode({ alg: 'none' })
  const admin = encode({ ...CLAIMS, sub: 'admin' })
  const critical = encode({ alg: 'ES256', kid: 'one', crit: ['x'], x: 1 })
  for (const text of [
    '',
    'x',
    '..',
    'a.b.c',
    `${none}.${payload}.`,
    `${none}.${payload}.${signature}`,
    `${header}.${admin}.${signature}`,
    `${critical}.${payload}.${signature}`,
    `${header}.${payload}`,
    `${header}.${payload}.${signature}.x.y`,
  ])
    assert.equal(await check(text), 'not-authorized invalid_token', text)
})

test('one that is over was good once', async () => {
  assert.equal(await check(await token({ claims: { exp: NOW - 31 } })), 'credentials-expired invalid_token')
  assert.equal(
    await check(await token({ claims: { exp: NOW - 31 }, key: stranger.privateKey })),
    'not-authorized invalid_token',
  )
})

test('the claim that names the user, and the scope, are as configured', async () => {
  const nick = await token({ claims: { sub: 'x', preferred_username: 'alice', scope: 'openid xmpp:client:normal' } })
  const changes = { userClaim: 'preferred_username', scope: 'xmpp:client:normal' }
  assert.equal(await check(nick, changes), 'alice')
  assert.equal(await check(nick, { ...changes, scope: 'xmpp:client' }), 'not-authorized insufficient_scope')
  assert.equal(await check(await token(), { scope: 'chat' }), 'not-authorized insufficient_scope')
  assert.equal(await check(await token({ claims: { scp: ['chat'] } }), { scope: 'chat' }), 'alice')
  assert.equal(
    await check(await token({ claims: { scope: 7 } }), { scope: 'chat' }),
    'not-authorized insufficient_scope',
  )
})

test('who has no account comes in where that is configured, who is disabled never', async () => {
  const bob = await token({ claims: { sub: 'bob' } })
  assert.equal(await check(bob), 'not-authorized -')
  assert.equal(await check(bob, { createAccounts: true }), 'bob made bob@example.com')
  assert.equal(await check(await token(), { createAccounts: true }), 'alice')
  assert.equal(await check(await token({ claims: { sub: 'locked' } }), { createAccounts: true }), 'account-disabled -')
})

test('tokens are for one domain', async () => {
  assert.equal(await check(await token(), {}, ensureDomain('example.org')), 'not-authorized -')
})
