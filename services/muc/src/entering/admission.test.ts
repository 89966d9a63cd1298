import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bareOf, ensureBare, ensureFull, type FullJid } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import { Affiliates } from '../authority/affiliates.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { Occupant } from '../occupant.ts'
import { Occupants } from '../occupants.ts'
import type { Room } from '../room.ts'
import { Subscribers } from '../subscriptions/subscribers.ts'
import { MOST_CLIENTS_OF_USER, refusedAdmission } from './admission.ts'

const client = (i: number) => ensureFull(`hag@example.org/${i}`)
const presence = new Stanza({ name: 'presence' })

function occupant(nick: string, clients: readonly FullJid[]): Occupant {
  const sessions = clients.map((jid) => ({ jid, presence, joined: 1, welcomed: true, stream: 's', count: 1 }))
  const jid = ensureFull(`coven@chat.example/${nick}`)
  return new Occupant({ nick, jid, bare: bareOf(clients[0]!), id: nick, role: 'participant', changed: 1, sessions })
}

test('a user is in a room by so many clients and no more, under whatever nicks; one that is there may enter again', () => {
  const occupants = new Occupants()
  const clients = Array.from({ length: MOST_CLIENTS_OF_USER }, (_, i) => client(i))
  const room = {
    about: { config: DEFAULT_CONFIG, locked: false, affiliates: new Affiliates(), subscribers: new Subscribers() },
    affiliationOf: () => 'none',
    occupants,
  } as unknown as Room
  const enters = (by: FullJid, nick: string) =>
    refusedAdmission(room, { user: bareOf(by), client: by, nick, password: undefined }, 100)?.condition
  occupants.add(occupant('hag', clients.slice(1, 10)))
  occupants.add(occupant('witch', clients.slice(10)))
  assert.equal(enters(client(0), 'hag'), undefined)
  occupants.add(occupant('third', [client(0)]))
  assert.equal(enters(client(100), 'hag'), 'resource-constraint')
  assert.equal(enters(client(100), 'fourth'), 'resource-constraint')
  assert.equal(enters(client(3), 'hag'), undefined)
  assert.equal(enters(ensureFull(`${ensureBare('crone@example.org')}/0`), 'crone'), undefined)
})
