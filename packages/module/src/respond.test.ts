import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureFull } from '@heliograph/jid'
import { el, Stanza, stanzaError } from '@heliograph/stanza'
import { defineModule, type Entity, onGet, refuse, reply } from './module.ts'
import { Registry } from './registry.ts'
import { respond } from './respond.ts'

const registry = new Registry<undefined>([
  defineModule({
    name: 'example',
    iq: [
      onGet('server', '{urn:x}now', () => reply(el('now', { xmlns: 'urn:x' }))),
      onGet('server', '{urn:x}later', () => Promise.resolve(refuse(stanzaError('conflict')))),
      onGet('server', '{urn:x}broken', () => {
        throw new Error('broken')
      }),
    ],
  }),
])

async function answer(payload: string, type = 'get', entity: Entity = 'server'): Promise<string> {
  const request = new Stanza({
    name: 'iq',
    type,
    id: '1',
    from: ensureFull('juliet@capulet.example/balcony'),
    children: [payload],
  })
  const failed = () => stanzaError('internal-server-error')
  const response = await respond(request, { registry, entity, context: undefined, failed })
  return /<([\w-]+) xmlns=/.exec(response?.toString() ?? '')?.[1] ?? ''
}

test('the handler of a payload answers, at once or later', async () => {
  assert.equal(await answer('{urn:x}now'), 'now')
  assert.equal(await answer('{urn:x}later'), 'conflict')
})

test('a namespace that nobody understands is unavailable, a missing part of one not implemented', async () => {
  assert.equal(await answer('{urn:y}now'), 'service-unavailable')
  assert.equal(await answer('{urn:x}now', 'get', 'account'), 'service-unavailable')
  assert.equal(await answer('{urn:x}then'), 'feature-not-implemented')
  assert.equal(await answer('{urn:x}now', 'set'), 'feature-not-implemented')
})

test('a handler that fails is an internal error; what is no request has no answer', async () => {
  assert.equal(await answer('{urn:x}broken'), 'internal-server-error')
  assert.equal(await answer('{urn:x}now', 'result'), '')
})
