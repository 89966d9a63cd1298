import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { NO_BINDINGS } from './bindings.ts'
import type { DialogueContext } from './dialogue.ts'
import { MemoryCredentials } from './memory-credentials.ts'
import { startDialogue } from './start.ts'

const context: DialogueContext = {
  domain: ensureDomain('guest.example.com'),
  source: '192.0.2.1',
  credentials: new MemoryCredentials(new Map(), Buffer.from('secret'), 10),
  bindings: NO_BINDINGS,
  anonymous: { admit: async () => ({ ok: true }) },
  offered: ['ANONYMOUS'],
}

async function attempt(input: string | Buffer | null, changes: Partial<DialogueContext> = {}): Promise<string> {
  const dialogue = startDialogue('ANONYMOUS', { ...context, ...changes }, () => {})
  if ('condition' in dialogue) return dialogue.condition
  const step = await dialogue.step(typeof input === 'string' ? Buffer.from(input) : input)
  return step.type === 'failure' ? step.condition : step.type === 'success' ? step.identity : step.type
}

test('everybody is somebody else, whatever he says', async () => {
  const seen = new Set<string>()
  for (const input of [null, '', 'sirhc', 'me@example.com', 'admin']) {
    const jid = await attempt(input)
    assert.match(jid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@guest\.example\.com$/)
    seen.add(jid)
  }
  assert.equal(seen.size, 5)
})

test('who may not come, and what is no trace', async () => {
  const admit = async () => ({ ok: false, condition: 'not-authorized' }) as const
  assert.equal(await attempt(null, { anonymous: { admit } }), 'not-authorized')
  const away = () => Promise.reject(new Error('away'))
  assert.equal(await attempt(null, { anonymous: { admit: away } }), 'temporary-auth-failure')
  assert.equal(await attempt('x'.repeat(1021)), 'malformed-request')
  assert.equal(await attempt(Buffer.from([0xff])), 'malformed-request')
  assert.equal(await attempt(null, { offered: ['PLAIN'] }), 'invalid-mechanism')
})
