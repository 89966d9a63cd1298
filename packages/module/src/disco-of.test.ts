import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureJid } from '@heliograph/jid'
import { NS, Stanza, stanzaError } from '@heliograph/stanza'
import { discoOf } from './disco-of.ts'
import { Registry } from './registry.ts'
import { respond } from './respond.ts'

test('a service says what it is, that it can be discovered, and that it has no items', async () => {
  const registry = new Registry([discoOf({ category: 'conference', type: 'text' })])
  const ask = async (payload: string) => {
    const from = ensureJid('juliet@capulet.example/balcony')
    const request = new Stanza({ name: 'iq', type: 'get', id: '1', from, children: [payload] })
    const failed = () => stanzaError('internal-server-error')
    return String(await respond(request, { registry, entity: 'server', context: undefined, failed }))
  }
  const info = await ask(`{${NS.discoInfo}}query`)
  assert.match(info, /<identity category='conference' type='text' name='Heliograph'\/>/)
  for (const feature of registry.features('server')) assert.ok(info.includes(`<feature var='${feature}'/>`))
  assert.match(await ask(`{${NS.discoItems}}query`), /<query xmlns='[^']+'\/>/)
})
