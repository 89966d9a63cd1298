import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import fc from 'fast-check'
import type { ChannelBindings } from './bindings.ts'
import type { DialogueContext, Step, TokenContext } from './dialogue.ts'
import { MemoryCredentials } from './memory-credentials.ts'
import { startDialogue } from './start.ts'
import { availableTokenMechanisms, type TokenCheck, type TokenRequest } from './tokens.ts'

const bindings: ChannelBindings = {
  types: ['tls-exporter'],
  data: (type) => (type === 'tls-exporter' ? Buffer.from('exported secret') : undefined),
}
const HASH = Buffer.alloc(32, 7)

/** What a client gets for `input`, and what its token was checked by. */
async function attempt(
  mechanism: string,
  input: Buffer | null,
  { token = {}, answer }: { token?: Partial<TokenContext> | false; answer?: TokenCheck } = {},
) {
  const asked: TokenRequest[] = []
  const tokens = {
    checkToken: async (request: TokenRequest) => {
      asked.push(request)
      return answer ?? { ok: true as const, response: Buffer.from('response'), due: false }
    },
    issueToken: async () => undefined,
  }
  const offered = availableTokenMechanisms(bindings.types)
  const context: DialogueContext = {
    domain: ensureDomain('example.com'),
    source: '192.0.2.1',
    credentials: new MemoryCredentials(new Map(), Buffer.from('secret'), 10),
    bindings,
    offered: ['PLAIN'],
    ...(token && { token: { tokens, client: 'c', count: -1, invalidate: false, offered, ...token } }),
  }
  const dialogue = startDialogue(mechanism, context, assert.ifError)
  const step: Step = 'step' in dialogue ? await dialogue.step(input) : dialogue
  return { step, asked }
}

const message = (name: string, hash = HASH) => Buffer.concat([Buffer.from(`${name}\0`), hash])

test('what can be bound to is offered, and what needs no binding', () => {
  assert.deepEqual(availableTokenMechanisms([]), ['HT-SHA-256-NONE'])
  assert.deepEqual(availableTokenMechanisms(['tls-server-end-point', 'tls-exporter']), [
    'HT-SHA-256-EXPR',
    'HT-SHA-256-ENDP',
    'HT-SHA-256-NONE',
  ])
})

test('a token is checked with what the connection is bound to', async () => {
  for (const [mechanism, data] of [
    ['HT-SHA-256-EXPR', 'exported secret'],
    ['HT-SHA-256-NONE', ''],
  ] as const) {
    const { step, asked } = await attempt(mechanism, message('Juliet'))
    assert.deepEqual(step, {
      type: 'success',
      identity: 'juliet@example.com',
      data: Buffer.from('response'),
      due: false,
    })
    assert.equal(asked[0]?.channelBinding.toString(), data)
    assert.deepEqual([asked[0]?.username, asked[0]?.proof, asked[0]?.mechanism], ['juliet', HASH, mechanism])
  }
})

test('a token that is given up is not renewed', async () => {
  const answer = { ok: true as const, response: HASH, due: true }
  for (const invalidate of [true, false]) {
    const { step, asked } = await attempt('HT-SHA-256-NONE', message('juliet'), { token: { invalidate }, answer })
    assert.equal(step.type === 'success' && step.due, !invalidate)
    assert.equal(asked[0]?.invalidate, invalidate)
  }
})

test('without a token, or without its binding, the mechanisms are not there', async () => {
  const refused = { type: 'failure', condition: 'invalid-mechanism' }
  for (const [mechanism, token] of [
    ['HT-SHA-256-NONE', false],
    ['HT-SHA-256-ENDP', {}],
    ['HT-SHA-256-UNIQ', {}],
    ['HT-SHA-512-NONE', {}],
  ] as const) {
    const { step, asked } = await attempt(mechanism, message('juliet'), { token })
    assert.partialDeepStrictEqual(step, refused)
    assert.deepEqual(asked, [])
  }
})

test('what is no name and hash is malformed, and nobody is asked', async () => {
  const inputs = ['', '\0', `\0${HASH}`, 'juliet', 'juliet\0short', `${'x'.repeat(1100)}\0${HASH}`, `a\0b${HASH}`]
  for (const input of inputs) {
    const { step, asked } = await attempt('HT-SHA-256-NONE', Buffer.from(input))
    assert.partialDeepStrictEqual(step, { type: 'failure', condition: 'malformed-request' })
    assert.deepEqual(asked, [])
  }
  const { step } = await attempt('HT-SHA-256-NONE', message('no@name'))
  assert.partialDeepStrictEqual(step, { type: 'failure', condition: 'not-authorized' })
  assert.equal((await attempt('HT-SHA-256-NONE', null)).step.type, 'challenge')
})

test('whatever comes is answered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
      const { step } = await attempt('HT-SHA-256-NONE', Buffer.from(bytes))
      assert.ok(step.type === 'success' || step.type === 'failure')
    }),
  )
})
