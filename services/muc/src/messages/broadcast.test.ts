import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { NS, readStanza } from '@heliograph/stanza'
import type { Occupant } from '../occupant.ts'
import type { Room } from '../room.ts'
import { fromOccupant } from './broadcast.ts'

test('an owner brings along when something was said; whoever else dates his words dates them in vain', () => {
  const dated = `<message type='groupchat'><body>hi</body><delay xmlns='${NS.delay}' from='a@b' stamp='2002-10-13T23:58:37Z'/></message>`
  const jid = ensureBare('cave@conference.example')
  const occupant = { jid: ensureFull(`${jid}/ada`), bare: ensureBare('ada@verona.example'), id: 'ada' } as Occupant
  for (const affiliation of ['owner', 'admin', 'member', 'none']) {
    const room = { jid, affiliationOf: () => affiliation } as unknown as Room
    const said = fromOccupant(room, occupant, readStanza(Buffer.from(dated)))
    assert.deepEqual([said.has(`{${NS.delay}}delay`), said.hasBody], [affiliation === 'owner', true], affiliation)
  }
})
