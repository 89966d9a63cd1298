import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope, Kind, Op } from '@heliograph/bus'
import { ensureBare, ensureFull, type Jid } from '@heliograph/jid'
import type { MucContext } from '../context.ts'
import { OccupantIds } from '../occupant-ids.ts'
import { checkBeliefs } from './beliefs.ts'

const room = ensureBare('coven@conference.example')
const [here, gone] = [ensureFull('hag@example.org/desk'), ensureFull('crone@example.org/desk')]

test('who believes to be in a room that does not know him is told, in the room’s turn; who is there is not', () => {
  const waiting: (() => void)[] = []
  const told: Envelope[] = []
  const known = {
    jid: room,
    partition: 7,
    mailbox: { push: (work: () => void) => waiting.push(work) },
    occupants: { by: (client: Jid) => (client === here ? {} : undefined) },
  }
  const context = {
    rooms: { get: () => known },
    occupantIds: new OccupantIds(Buffer.alloc(32)),
    hosts: { kindOf: () => Kind.user, keyOf: (jid: Jid) => jid },
    ownership: { heldEpochOf: () => 3 },
    router: { transfer: (_kind: Kind, _key: string, envelope: Envelope) => told.push(envelope) },
  } as unknown as MucContext
  const belief = new Envelope(Op.believe)
  belief.recipients = [here, `${room}/second`, gone, `${room}/first`]
  checkBeliefs(context, belief)
  assert.equal(told.length, 0)
  for (const work of waiting) work()
  const [stanza] = told.map((envelope) => envelope.stanza!)
  assert.deepEqual([told.length, stanza?.to, stanza?.from, stanza?.type], [1, gone, `${room}/first`, 'unavailable'])
  assert.match(String(stanza), /code='110'.*code='307'.*code='333'/)
})
