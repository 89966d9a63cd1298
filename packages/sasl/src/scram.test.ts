import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import fc from 'fast-check'
import { type ChannelBindings, NO_BINDINGS } from './bindings.ts'
import { clientProof } from './credentials.contract.ts'
import type { ScramHash } from './credentials.ts'
import type { Dialogue, DialogueContext, Step } from './dialogue.ts'
import { MECHANISMS, type MechanismName } from './mechanisms.ts'
import { MemoryCredentials } from './memory-credentials.ts'
import { deriveScramKeys } from './scram-keys.ts'
import { startDialogue } from './start.ts'

interface Vector {
  readonly mechanism: MechanismName
  readonly hash: ScramHash
  readonly salt: string
  readonly serverNonce: string
  readonly exchange: readonly [string, string, string, string]
}

const published: readonly Vector[] = [
  {
    // RFC 5802 §5
    mechanism: 'SCRAM-SHA-1',
    hash: 'SHA-1',
    salt: 'QSXCR+Q6sek8bf92',
    serverNonce: '3rfcNHYJY1ZVvWVs7j',
    exchange: [
      'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
      'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    ],
  },
  {
    // RFC 7677 §3
    mechanism: 'SCRAM-SHA-256',
    hash: 'SHA-256',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    exchange: [
      'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    ],
  },
]

const bindings: ChannelBindings = {
  types: ['tls-exporter'],
  data: (type) => (type === 'tls-exporter' ? Buffer.from('exported secret') : undefined),
}

async function open(mechanism: MechanismName, options: Partial<DialogueContext> & { salt?: Buffer; hash?: ScramHash }) {
  const { salt = Buffer.from('salt'), hash = 'SHA-256' } = options
  const keys = await deriveScramKeys('pencil', { hash, salt, iterations: 4096 })
  const dialogue = startDialogue(
    mechanism,
    {
      domain: ensureDomain('example.com'),
      source: '192.0.2.1',
      credentials: new MemoryCredentials(new Map([['user', [keys]]]), Buffer.from('secret'), 4096),
      bindings: NO_BINDINGS,
      offered: MECHANISMS.filter((name) => !name.endsWith('-PLUS')),
      nonce: () => 'server',
      ...options,
    },
    assert.ifError,
  )
  assert.ok('step' in dialogue)
  return dialogue
}

function say(dialogue: Dialogue, text: string): Promise<Step> {
  return dialogue.step(Buffer.from(text))
}

for (const { mechanism, hash, salt, serverNonce, exchange } of published) {
  test(`${mechanism}: the exchange of its RFC`, async () => {
    const dialogue = await open(mechanism, {
      hash,
      salt: Buffer.from(salt, 'base64'),
      nonce: () => serverNonce,
      unprotected: true,
    })
    const [first, challenge, final, signature] = exchange
    assert.deepEqual(await say(dialogue, first), { type: 'challenge', data: Buffer.from(challenge) })
    const end = await say(dialogue, final)
    assert.deepEqual(end, { type: 'success', identity: 'user@example.com', data: Buffer.from(signature) })
  })
}

/** Plays a client that binds with `header` and `bindingData`, and reports the last step. */
async function play(dialogue: Dialogue, header: string, bindingData = '', password = 'pencil'): Promise<Step> {
  const bare = 'n=user,r=client'
  const challenge = await say(dialogue, header + bare)
  if (challenge.type !== 'challenge') return challenge
  const [, nonce, salt = '', iterations] = /^r=(.*),s=(.*),i=(\d+),h=.*$/.exec(challenge.data.toString()) ?? []
  const final = `c=${Buffer.from(header + bindingData).toString('base64')},r=${nonce}`
  const authMessage = `${bare},${challenge.data},${final}`
  const parameters = { hash: 'SHA-256' as const, salt: Buffer.from(salt, 'base64'), iterations: Number(iterations) }
  const { proof } = clientProof(password, { ...parameters, authMessage })
  return say(dialogue, `${final},p=${proof.toString('base64')}`)
}

test('-PLUS binds to the channel', async () => {
  const plus = { bindings, offered: MECHANISMS }
  const open256 = () => open('SCRAM-SHA-256-PLUS', plus)
  assert.equal((await play(await open256(), 'p=tls-exporter,,', 'exported secret')).type, 'success')
  const cases: ReadonlyArray<readonly [string, string, string]> = [
    ['p=tls-exporter,,', 'another secret', 'not-authorized'],
    ['p=tls-exporter,,', '', 'not-authorized'],
    ['p=tls-unique,,', 'exported secret', 'malformed-request'],
    ['n,,', '', 'malformed-request'],
    ['y,,', '', 'malformed-request'],
  ]
  for (const [header, data, condition] of cases) {
    const end = await play(await open256(), header, data)
    assert.equal(end.type === 'failure' && end.condition, condition, header + data)
  }
})

test('a client that was kept from seeing -PLUS is told so', async () => {
  const end = await play(await open('SCRAM-SHA-256', { bindings, offered: MECHANISMS }), 'y,,')
  assert.equal(end.type === 'failure' && end.condition, 'not-authorized')
  assert.equal((await play(await open('SCRAM-SHA-256', { bindings, offered: MECHANISMS }), 'n,,')).type, 'success')
  assert.equal((await play(await open('SCRAM-SHA-256', {}), 'y,,')).type, 'success')
})

test('authorization identities', async () => {
  const outcomes: Record<string, string> = {
    'n,a=user@example.com,': 'success',
    'n,a=User@Example.com,': 'success',
    'n,a=other@example.com,': 'invalid-authzid',
    'n,a=user@example.com/x,': 'invalid-authzid',
    'n,a=user,': 'invalid-authzid',
    'n,a==2C,': 'invalid-authzid',
    'n,a==20,': 'malformed-request',
  }
  for (const [header, expected] of Object.entries(outcomes)) {
    const end = await play(await open('SCRAM-SHA-256', {}), header)
    assert.equal(end.type === 'failure' ? end.condition : end.type, expected, header)
  }
})

test('wrong proofs, nonces and bindings', async () => {
  const refused = await play(await open('SCRAM-SHA-256', {}), 'n,,', '', 'eraser')
  assert.equal(refused.type === 'failure' && refused.condition, 'not-authorized')
  const proof = Buffer.alloc(32).toString('base64')
  const finals: Record<string, string> = {
    [`c=biws,r=clientserver,p=${proof}`]: 'not-authorized',
    [`c=biws,r=client,p=${proof}`]: 'not-authorized',
    [`c=biws,r=clientserverx,p=${proof}`]: 'not-authorized',
    [`c=eSws,r=clientserver,p=${proof}`]: 'not-authorized',
    'c=biws,r=clientserver,p=AAAA': 'not-authorized',
    'c=biws,r=clientserver,p=AAA': 'malformed-request',
    'c=biws,r=clientserver': 'malformed-request',
    [`r=clientserver,c=biws,p=${proof}`]: 'malformed-request',
    '': 'malformed-request',
  }
  for (const [final, expected] of Object.entries(finals)) {
    const dialogue = await open('SCRAM-SHA-256', {})
    assert.equal((await say(dialogue, 'n,,n=user,r=client')).type, 'challenge')
    const end = await say(dialogue, final)
    assert.equal(end.type === 'failure' && end.condition, expected, final)
  }
})

test('first messages', async () => {
  const outcomes: Record<string, string> = {
    'n,,n=user,r=abc': 'challenge',
    'n,,n=user,r=abc,x=ignored': 'challenge',
    'n,,n=us=2Cer,r=abc': 'challenge',
    'n,,m=needed,n=user,r=abc': 'malformed-request',
    'n,,n=us=2cer,r=abc': 'malformed-request',
    'n,,n=,r=abc': 'malformed-request',
    'n,,n=user,r=': 'malformed-request',
    'n,,n=user,r=a\u00E9': 'malformed-request',
    'n,n=user,r=abc': 'malformed-request',
    'x,,n=user,r=abc': 'malformed-request',
    'p=tls-exporter,,n=user,r=abc': 'malformed-request',
    'n,,n=us er,r=abc': 'not-authorized',
    [`n,,n=${'u'.repeat(5000)},r=abc`]: 'malformed-request',
  }
  for (const [first, expected] of Object.entries(outcomes)) {
    const step = await say(await open('SCRAM-SHA-256', {}), first)
    assert.equal(step.type === 'failure' ? step.condition : step.type, expected, first)
  }
  const invalid = await (await open('SCRAM-SHA-256', {})).step(Buffer.from([0x6e, 0x2c, 0x2c, 0xff]))
  assert.equal(invalid.type, 'failure')
  const none = await (await open('SCRAM-SHA-256', {})).step(null)
  assert.deepEqual(none, { type: 'challenge', data: Buffer.alloc(0) })
})

test('property: no input makes a dialogue throw or succeed', async () => {
  const piece = fc.oneof(
    fc.constantFrom('n,,', 'n=user', ',r=', 'p=', 'c=biws', 'a=', '='),
    fc.string({ maxLength: 8 }),
  )
  const message = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 3 }), async (messages) => {
      const dialogue = await open('SCRAM-SHA-256', {})
      for (const text of messages) {
        const step = await say(dialogue, text)
        assert.notEqual(step.type, 'success')
        if (step.type === 'failure') return
      }
    }),
    { numRuns: 100 },
  )
})
