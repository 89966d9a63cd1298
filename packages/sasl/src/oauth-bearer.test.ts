import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import fc from 'fast-check'
import type { BearerCheck } from './bearers.ts'
import { NO_BINDINGS } from './bindings.ts'
import type { BearerContext, DialogueContext, Step } from './dialogue.ts'
import { MemoryCredentials } from './memory-credentials.ts'
import { startDialogue } from './start.ts'

const configuration = 'https://issuer.example/.well-known/openid-configuration'
const ANSWERS: Readonly<Record<string, BearerCheck>> = {
  'good.token-_~+/==': { ok: true, username: 'user' },
  expired: { ok: false, condition: 'credentials-expired', problem: 'invalid_token' },
  narrow: { ok: false, condition: 'not-authorized', problem: 'insufficient_scope' },
  disabled: { ok: false, condition: 'account-disabled', problem: undefined },
}
const bearer: BearerContext = {
  bearers: {
    async checkBearer({ token }) {
      return ANSWERS[token] ?? { ok: false, condition: 'not-authorized', problem: 'invalid_token' }
    },
  },
  discovery: { configuration, scope: 'xmpp:client:normal' },
}
const context: DialogueContext = {
  domain: ensureDomain('example.com'),
  source: '192.0.2.1',
  credentials: new MemoryCredentials(new Map(), Buffer.from('secret'), 10),
  bindings: NO_BINDINGS,
  bearer,
  offered: ['OAUTHBEARER'],
}
const GOOD = 'good.token-_~+/=='
const message = (auth: string, head = 'n,,') => `${head}\x01host=example.com\x01port=5222\x01auth=${auth}\x01\x01`

function begin(changes: Partial<DialogueContext> = {}) {
  const dialogue = startDialogue('OAUTHBEARER', { ...context, ...changes }, assert.ifError)
  assert.ok('step' in dialogue)
  return (input: Buffer | string | null) => dialogue.step(typeof input === 'string' ? Buffer.from(input) : input)
}

function outcome(step: Step): string {
  if (step.type === 'failure') return step.condition
  return step.type === 'success' ? step.identity : `challenge:${step.data}`
}

test('a good token, alone or with the address that it is for', async () => {
  for (const text of [
    message(`Bearer ${GOOD}`),
    message(`bearer  ${GOOD}`),
    `n,,\x01auth=Bearer ${GOOD}\x01\x01`,
    `y,,\x01auth=Bearer ${GOOD}\x01unheard=of\x01\x01`,
    message(`Bearer ${GOOD}`, 'n,a=user@example.com,'),
    message(`Bearer ${GOOD}`, 'n,a=USER@example.com,'),
  ])
    assert.equal(outcome(await begin()(text)), 'user@example.com', text)
})

test('without an initial response there is an empty challenge first', async () => {
  const step = begin()
  assert.equal(outcome(await step(null)), 'challenge:')
  assert.equal(outcome(await step(message(`Bearer ${GOOD}`))), 'user@example.com')
})

test('nobody acts for another, nor as another than the stream was opened for', async () => {
  for (const head of ['n,a=other@example.com,', 'n,a=user@example.org,', 'n,a=user,'])
    assert.equal(outcome(await begin()(message(`Bearer ${GOOD}`, head))), 'invalid-authzid', head)
  const claimed = 'other@example.com' as never
  const text = message(`Bearer ${GOOD}`, 'n,a=user@example.com,')
  assert.equal(outcome(await begin({ claimed })(text)), 'invalid-authzid')
})

test('a token that is no good: the client hears why and where to get another, and then has failed, whatever it says', async () => {
  for (const [auth, status, condition] of [
    ['Bearer unknown', 'invalid_token', 'not-authorized'],
    ['Bearer expired', 'invalid_token', 'credentials-expired'],
    ['Bearer narrow', 'insufficient_scope', 'not-authorized'],
    ['Bearer', 'invalid_token', 'not-authorized'],
    ['Bearer ', 'invalid_token', 'not-authorized'],
    ['', 'invalid_token', 'not-authorized'],
  ] as const)
    for (const last of ['\x01', '', message(`Bearer ${GOOD}`), null]) {
      const step = begin()
      const told = await step(message(auth))
      assert.ok(told.type === 'challenge')
      const expected = { status, scope: 'xmpp:client:normal', 'openid-configuration': configuration }
      assert.deepEqual(JSON.parse(told.data.toString()), expected, auth)
      assert.equal(outcome(await step(last)), condition)
    }
})

test('where another token would not help there is nothing to be told', async () => {
  assert.equal(outcome(await begin()(message('Bearer disabled'))), 'account-disabled')
})

test('what is no such message', async () => {
  for (const input of [
    '',
    '\x01',
    'n,,',
    'n,,\x01',
    `n,,\x01auth=Bearer ${GOOD}\x01`,
    `n,,auth=Bearer ${GOOD}\x01\x01`,
    `n,,\x01auth=Bearer ${GOOD}\x01\x01\x01`,
    `n,,\x01auth=Bearer ${GOOD}\x01auth=Bearer ${GOOD}\x01\x01`,
    `n,,\x01auth=Bearer ${GOOD}\x01=x\x01\x01`,
    `n,,\x01auth=Basic dXNlcjpwYXNz\x01\x01`,
    `n,,\x01auth=Bearer two words\x01\x01`,
    `n,,\x01auth=Bearer t\u00f6ken\x01\x01`,
    `p=tls-exporter,,\x01auth=Bearer ${GOOD}\x01\x01`,
    `n,a==XX,\x01auth=Bearer ${GOOD}\x01\x01`,
    Buffer.from([0x6e, 0x2c, 0x2c, 1, 0xff, 1, 1]),
    message(`Bearer ${'x'.repeat(9000)}`),
  ])
    assert.equal(outcome(await begin()(input)), 'malformed-request', String(input).slice(0, 60))
})

test('no bytes throw, and none but a good token lets in', async () => {
  const parts = fc.constantFrom('n,,', 'y,,', 'n,a=', '\x01', 'auth=', 'Bearer ', 'host=', ',', '=', 'user@example.com')
  const near = fc.array(fc.oneof(parts, fc.string({ maxLength: 5 })), { maxLength: 12 }).map((each) => each.join(''))
  await fc.assert(
    fc.asyncProperty(fc.oneof(near, fc.uint8Array({ maxLength: 64 })), async (input) => {
      const { type } = await begin()(Buffer.from(input as string))
      assert.notEqual(type, 'success')
    }),
  )
})

test('keys that cannot be had are nobody’s fault', async () => {
  const away = { ...bearer, bearers: { checkBearer: () => Promise.reject(new Error('away')) } }
  const dialogue = startDialogue('OAUTHBEARER', { ...context, bearer: away }, () => {})
  assert.ok('step' in dialogue)
  assert.equal(outcome(await dialogue.step(Buffer.from(message('Bearer x')))), 'temporary-auth-failure')
})

test('where it is not offered there is no such mechanism', () => {
  for (const changes of [{ offered: ['PLAIN'] as const }, { bearer: undefined }]) {
    const { bearer: _, ...rest } = context
    const refused = startDialogue('OAUTHBEARER', { ...rest, ...(changes as object) }, assert.ifError)
    assert.ok('condition' in refused)
    assert.equal(refused.condition, 'invalid-mechanism')
  }
})
