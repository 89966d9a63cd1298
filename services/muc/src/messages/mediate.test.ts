import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope } from '@heliograph/bus'
import { ensureBare, ensureFull, type FullJid } from '@heliograph/jid'
import { el, NS, Stanza, stanza } from '@heliograph/stanza'
import { Affiliates } from '../authority/affiliates.ts'
import type { MucContext } from '../context.ts'
import { RoomPace } from '../limits/room-pace.ts'
import { Occupant } from '../occupant.ts'
import { Occupants } from '../occupants.ts'
import type { Room } from '../room.ts'
import { mediate } from './mediate.ts'

const [crone, hecate, banned] = [
  ensureFull('crone@example.org/desk'),
  ensureFull('hecate@example.org/desk'),
  ensureFull('hag@example.org/desk'),
]

/** A room in which Crone is; `sent`: to whom it said what type of message. */
function coven() {
  const sent: string[] = []
  const context = {
    config: { rates: { occupant: { perSecond: 1, burst: 3 }, room: { perSecond: 1, burst: 1 } } },
    events: { slowed: () => {}, refused: () => {} },
    hosts: { kindOf: () => 0, keyOf: () => '' },
    ownership: { heldEpochOf: () => 1 },
    router: {
      transfer: (_kind: unknown, _key: string, { stanza: said }: Envelope) => {
        const condition = /<error .*?<([a-z-]+) xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/.exec(`${said}`)?.[1]
        sent.push(`${said?.to} ${condition ?? 'decline'}`)
      },
    },
  } as unknown as MucContext
  const affiliates = new Affiliates([{ jid: ensureBare('hag@example.org'), affiliation: 'outcast' }])
  const occupants = new Occupants()
  const presence = new Stanza({ name: 'presence' })
  const sessions = [{ jid: crone, presence, joined: 1, welcomed: true, stream: 's', count: 1 }]
  const jid = ensureFull('coven@chat.example/first')
  const bare = ensureBare('crone@example.org')
  occupants.add(new Occupant({ nick: 'first', jid, bare, id: '1', role: 'participant', changed: 1, sessions }))
  const room = {
    jid: ensureBare('coven@chat.example'),
    partition: 1,
    pace: new RoomPace(),
    occupants,
    affiliationOf: (who: FullJid) => affiliates.of(who),
  } as unknown as Room
  let taken = 0
  const decline = (from: FullJid, to: string) => {
    const x = el('x', { xmlns: NS.mucUser }, el('decline', { to }))
    const message = stanza('message', { from, to: room.jid, id: 'd' }, x)
    void mediate(context, { room, stanza: message, from, stream: '', count: 0, trace: '', taken: () => taken++ })
    return sent.splice(0)
  }
  return { decline, taken: () => taken }
}

test('a decline reaches who is there, and says nothing of who isn’t', () => {
  const { decline, taken } = coven()
  assert.deepEqual(decline(hecate, 'crone@example.org'), [`${crone} decline`])
  assert.deepEqual(decline(hecate, 'nobody@example.org'), [])
  assert.equal(taken(), 2)
})

test('who is banned declines nothing, and nobody does without end', () => {
  const { decline, taken } = coven()
  for (const to of ['crone@example.org', 'nobody@example.org'])
    assert.deepEqual(decline(banned, to), [`${banned} forbidden`])
  for (let i = 0; i < 3; i++) assert.equal(decline(hecate, 'crone@example.org').length, 1)
  for (const to of ['crone@example.org', 'nobody@example.org'])
    assert.deepEqual(decline(hecate, to), [`${hecate} resource-constraint`])
  assert.equal(taken(), 7)
})
