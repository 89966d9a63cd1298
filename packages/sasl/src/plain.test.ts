import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { NO_BINDINGS } from './bindings.ts'
import type { DialogueContext } from './dialogue.ts'
import { MemoryCredentials } from './memory-credentials.ts'
import { deriveScramKeys } from './scram-keys.ts'
import { startDialogue } from './start.ts'

const parameters = { hash: 'SHA-256' as const, salt: Buffer.from('salt'), iterations: 10 }
const keys = await deriveScramKeys('pass w\u00F6rd', parameters)
const context: DialogueContext = {
  domain: ensureDomain('example.com'),
  source: '192.0.2.1',
  credentials: new MemoryCredentials(new Map([['user', [keys]]]), Buffer.from('secret'), 10),
  bindings: NO_BINDINGS,
  offered: ['PLAIN'],
}

async function attempt(input: Buffer | string | null): Promise<string> {
  const dialogue = startDialogue('PLAIN', context, assert.ifError)
  assert.ok('step' in dialogue)
  const step = await dialogue.step(typeof input === 'string' ? Buffer.from(input) : input)
  if (step.type === 'failure') return step.condition
  return step.type === 'success' ? step.identity : `challenge:${step.data}`
}

test('PLAIN', async () => {
  const outcomes: ReadonlyArray<readonly [Buffer | string | null, string]> = [
    ['\0user\0pass w\u00F6rd', 'user@example.com'],
    ['\0USER\0pass w\u00F6rd', 'user@example.com'],
    ['\0user\0pass\u00A0wo\u0308rd', 'user@example.com'],
    ['user@example.com\0user\0pass w\u00F6rd', 'user@example.com'],
    ['other@example.com\0user\0pass w\u00F6rd', 'invalid-authzid'],
    ['\0user\0wrong', 'not-authorized'],
    ['\0nobody\0pass w\u00F6rd', 'not-authorized'],
    ['\0us er\0pass w\u00F6rd', 'not-authorized'],
    ['\0user\0bad\u0007', 'not-authorized'],
    ['\0user\0', 'malformed-request'],
    ['\0\0pass', 'malformed-request'],
    ['\0user\0pass\0more', 'malformed-request'],
    ['user', 'malformed-request'],
    ['', 'malformed-request'],
    [Buffer.from([0, 0x75, 0, 0xff]), 'malformed-request'],
    [Buffer.alloc(5000, 0x61), 'malformed-request'],
    [null, 'challenge:'],
  ]
  for (const [input, expected] of outcomes) assert.equal(await attempt(input), expected, String(input))
})

test('mechanisms that were not offered', () => {
  for (const name of ['SCRAM-SHA-1', 'DIGEST-MD5', 'plain', '']) {
    const refused = startDialogue(name, context, assert.ifError)
    assert.ok('condition' in refused)
    assert.equal(refused.condition, 'invalid-mechanism')
  }
})

test('credentials that are away give temporary-auth-failure', async () => {
  const away = () => Promise.reject(new Error('away'))
  const errors: unknown[] = []
  const credentials = { scramStart: away, scramFinish: away, checkPassword: away }
  const dialogue = startDialogue('PLAIN', { ...context, credentials }, (error) => errors.push(error))
  assert.ok('step' in dialogue)
  const step = await dialogue.step(Buffer.from('\0user\0pass'))
  assert.equal(step.type === 'failure' && step.condition, 'temporary-auth-failure')
  assert.equal(errors.length, 1)
})
