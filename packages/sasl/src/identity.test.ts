import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareJid, ensureDomain, parseDomain } from '@heliograph/jid'
import { NO_BINDINGS } from './bindings.ts'
import type { DialogueContext } from './dialogue.ts'
import { identify } from './identity.ts'
import { MemoryCredentials } from './memory-credentials.ts'
import { deriveScramKeys } from './scram-keys.ts'
import { startDialogue } from './start.ts'

const domain = ensureDomain('capulet.example')
const identityOf = (name: string) => parseDomain(name) as string | undefined as BareJid | undefined

test('a name means a user of the domain, or what whoever asks says it means', () => {
  assert.deepEqual(identify({ domain }, 'JULIET'), { identity: 'juliet@capulet.example', username: 'juliet' })
  assert.equal(identify({ domain }, 'ju liet'), undefined)
  const component = { identity: 'chat.example', username: 'chat.example' }
  assert.deepEqual(identify({ domain, identityOf }, 'Chat.Example'), component)
  assert.equal(identify({ domain, identityOf }, 'user@chat.example'), undefined)
})

test('a component authenticates as its domain, and as nobody else', async () => {
  const keys = await deriveScramKeys('pencil', { hash: 'SHA-256', salt: Buffer.from('salt'), iterations: 10 })
  const context: DialogueContext = {
    domain,
    source: '192.0.2.1',
    credentials: new MemoryCredentials(new Map([['chat.example', [keys]]]), Buffer.from('secret'), 10),
    bindings: NO_BINDINGS,
    offered: ['PLAIN'],
    identityOf,
  }
  const attempt = async (said: string) => {
    const dialogue = startDialogue('PLAIN', context, assert.ifError)
    assert.ok('step' in dialogue)
    const step = await dialogue.step(Buffer.from(said))
    return step.type === 'success' ? step.identity : step.type === 'failure' ? step.condition : step.type
  }
  assert.equal(await attempt('\0chat.example\0pencil'), 'chat.example')
  assert.equal(await attempt('chat.example\0chat.example\0pencil'), 'chat.example')
  assert.equal(await attempt('foo.example\0chat.example\0pencil'), 'invalid-authzid')
  assert.equal(await attempt('\0chat.example\0brush'), 'not-authorized')
})
