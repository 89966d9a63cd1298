import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { el, stanza } from '@heliograph/stanza'
import { Occupant } from '../occupant.ts'
import { occupantPresence, presenceShown } from './occupant-presence.ts'

test('who is there is shown to many as one stanza, until something of it changes', () => {
  const jid = ensureFull('hag@example.org/desk')
  const session = { jid, presence: stanza('presence', {}), joined: 12, welcomed: true, stream: 's', count: 3 }
  const hag = new Occupant({
    nick: 'hag',
    jid: ensureFull('coven@chat.example/hag'),
    bare: ensureBare('hag@example.org'),
    id: 'an id',
    role: 'participant',
    changed: 17,
    sessions: [session],
  })
  const item = { role: 'participant', affiliation: 'none' } as const
  const first = presenceShown(hag, item)
  assert.equal(presenceShown(hag, { ...item }), first)
  const others = [
    () => presenceShown(hag, { ...item, jid }),
    () => presenceShown(hag, { ...item, affiliation: 'member' }),
    () => presenceShown(hag, { ...item, role: 'visitor' }),
    () => presenceShown(hag, { ...item, hats: "<hats xmlns='urn:xmpp:hats:0'/>" }),
    () => {
      session.presence = stanza('presence', {}, el('show', null, 'away'))
      return presenceShown(hag, item)
    },
  ].map((show) => show().toString())
  assert.equal(new Set([first.toString(), ...others]).size, 6)
  assert.equal(others[4], occupantPresence(hag, item).toString())
})
