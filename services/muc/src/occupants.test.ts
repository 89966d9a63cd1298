import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bareOf, ensureFull, type FullJid } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import { Occupant, type Session } from './occupant.ts'
import { Occupants } from './occupants.ts'

const presence = new Stanza({ name: 'presence' })
const sessionOf = (jid: FullJid): Session => ({ jid, presence, joined: 1, welcomed: true, stream: 's', count: 1 })

function occupant(nick: string, ...clients: FullJid[]): Occupant {
  return new Occupant({
    nick,
    jid: ensureFull(`coven@chat.example/${nick}`),
    bare: bareOf(clients[0]!),
    id: nick,
    role: 'participant',
    changed: 1,
    sessions: clients.map(sessionOf),
  })
}

const [desk, phone, other] = [
  ensureFull('hag@example.org/desk'),
  ensureFull('hag@example.org/phone'),
  ensureFull('crone@example.org/x'),
]

test('occupants are found by nick and by client; the list of clients changes only with them', () => {
  const occupants = new Occupants()
  const hag = occupant('hag', desk)
  occupants.add(hag)
  const before = occupants.clients
  assert.equal(occupants.clients, before)
  occupants.addSession(hag, sessionOf(phone))
  assert.deepEqual([occupants.clients, hag.foremost.jid], [[desk, phone], phone])
  // What a client says anew makes it the foremost, and the list stays.
  const known = occupants.clients
  occupants.addSession(hag, hag.sessionOf(desk)!)
  assert.deepEqual([hag.foremost.jid, occupants.clients === known], [desk, true])
  occupants.removeSession(hag, hag.sessionOf(desk)!)
  assert.deepEqual([occupants.by(desk), occupants.by(phone)], [undefined, hag])
  occupants.add(occupant('crone', other))
  assert.equal(occupants.size, 2)
  occupants.remove(hag)
  assert.deepEqual([occupants.named('hag'), occupants.by(phone), occupants.clients], [undefined, undefined, [other]])
})

test('who takes over a nick keeps it when its former owner is removed', () => {
  const occupants = new Occupants()
  const [old, renamed] = [occupant('first', desk), occupant('second', desk)]
  occupants.add(old)
  occupants.add(renamed)
  occupants.remove(old)
  assert.deepEqual([occupants.by(desk), occupants.named('first')], [renamed, undefined])
})

test('a user is found under each of his nicks, as long as he has it', () => {
  const occupants = new Occupants()
  const [hag, second, crone] = [occupant('hag', desk), occupant('second', phone), occupant('crone', other)]
  for (const each of [hag, second, crone, hag]) occupants.add(each)
  assert.deepEqual([occupants.of(hag.bare), occupants.of(crone.bare)], [[hag, second], [crone]])
  const before = occupants.of(hag.bare)
  occupants.remove(hag)
  occupants.remove(hag)
  assert.deepEqual([occupants.of(hag.bare), before.length], [[second], 2])
  const usurper = occupant('crone', desk)
  occupants.add(usurper)
  occupants.remove(crone)
  assert.deepEqual([occupants.of(hag.bare), occupants.of(crone.bare)], [[second, usurper], []])
})
