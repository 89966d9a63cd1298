import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { el, stanza } from '@heliograph/stanza'
import { Occupant } from '../occupant.ts'
import type { Farewell } from '../presence/farewell.ts'
import { decodeRecord, encodeFarewell, encodeOccupant } from './occupant-record.ts'

const room = ensureBare('coven@chat.example')
const jid = ensureFull('hag@example.org/desk')

test('an occupant comes back from the recovery copy as it was', () => {
  const presence = stanza('presence', {}, el('show', null, 'away'))
  const occupant = new Occupant({
    nick: 'hag / ä',
    jid: ensureFull(`${room}/hag / ä`),
    bare: ensureBare('hag@example.org'),
    id: 'an id',
    role: 'moderator',
    changed: 17,
    sessions: [{ jid, presence, joined: 12, welcomed: true, stream: 's', count: 3 }],
  })
  occupant.shown = true
  const decoded = decodeRecord(Buffer.from(encodeOccupant(room, occupant)))
  assert.ok('occupant' in decoded)
  const back = decoded.occupant
  assert.deepEqual(
    [decoded.room, back.nick, back.jid, back.bare, back.id, back.role, back.changed, back.shown],
    [room, occupant.nick, occupant.jid, occupant.bare, 'an id', 'moderator', 17, true],
  )
  assert.equal(back.foremost.presence.toString(), presence.toString())
  assert.deepEqual({ ...back.foremost, presence: 0 }, { ...occupant.foremost, presence: 0 })
})

test('what a client said is not in the recovery copy: it may not be in custody yet', () => {
  const presence = stanza('presence', {})
  const session = { jid, presence, joined: 12, welcomed: true, stream: 's', count: 3, said: { stream: 's', count: 5 } }
  const occupant = new Occupant({
    nick: 'hag',
    jid: ensureFull(`${room}/hag`),
    bare: ensureBare('hag@example.org'),
    id: 'an id',
    role: 'participant',
    changed: 17,
    sessions: [session],
  })
  const decoded = decodeRecord(Buffer.from(encodeOccupant(room, occupant)))
  assert.ok('occupant' in decoded)
  const { said, count } = decoded.occupant.foremost
  assert.deepEqual([said, count], [undefined, 3])
})

test('a farewell comes back as it was', () => {
  const farewell: Farewell = {
    nick: 'hag',
    occupantId: 'an id',
    jid,
    affiliation: 'none',
    role: 'none',
    clients: [jid],
    shown: true,
    sequence: 99,
    payload: '<status>off</status>',
    codes: [307],
  }
  assert.deepEqual(decodeRecord(Buffer.from(encodeFarewell(room, farewell))), { room, farewell })
})
