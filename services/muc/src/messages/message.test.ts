import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { el, stanza } from '@heliograph/stanza'
import type { Arrived } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { Occupant } from '../occupant.ts'
import { Occupants } from '../occupants.ts'
import { RecentIngress } from '../recent-ingress.ts'
import { Carried } from '../recovery/carried.ts'
import { decodeRecord, encodeOccupant } from '../recovery/occupant-record.ts'
import { handleMessage } from './message.ts'

const room = ensureBare('coven@chat.example')
const jid = ensureFull('hag@example.org/desk')
const nick = ensureFull(`${room}/hag`)

function entered(): Occupant {
  const session = { jid, presence: stanza('presence', {}), joined: 12, welcomed: true, stream: 's', count: 3 }
  const given = { nick: 'hag', jid: nick, bare: ensureBare('hag@example.org'), id: 'an id', changed: 17 }
  return new Occupant({ ...given, role: 'participant', sessions: [session] })
}

/** An owner of the room that knows of one occupant. */
function ownerWith(occupant: Occupant) {
  const said: string[] = []
  const occupants = new Occupants()
  occupants.add(occupant)
  const context = {
    archive: { whenStored: (then: () => void) => then() },
    records: { changed: (_room: unknown, _occupant: unknown, stored: () => void) => stored() },
    clock: { next: (after: number) => after + 1 },
    config: { archive: { enabled: true } },
    events: { repeated: () => said.push('repeated') },
  } as unknown as MucContext
  const here = {
    jid: room,
    occupants,
    pace: { allows: () => true },
    recent: new RecentIngress(),
    carried: new Carried(),
    details: {},
    about: { config: DEFAULT_CONFIG },
    hiddenFrom: () => false,
    affiliationOf: () => 'none',
    out: { pass: (deliver: () => void) => deliver() },
    lane: { send: ({ stanza: sent }: { stanza: { id: string } }) => said.push(sent.id) },
    lastSequence: 0,
  }
  const hear = (count: number) => {
    const message = stanza('message', { type: 'chat', from: jid, to: nick, id: `m${count}` }, el('body', null, 'hi'))
    const arrived = { room: here, stanza: message, from: jid, stream: 's', count, trace: '', taken: () => {} }
    void handleMessage(context, arrived as unknown as Arrived)
  }
  return { said, hear, carried: here.carried }
}

test('a message that comes again is known to the owner that had it, not to the next one, which finds only what was stored', () => {
  const occupant = entered()
  const first = ownerWith(occupant)
  first.hear(5)
  first.hear(5)
  assert.deepEqual(first.said, ['m5', 'repeated'])
  // Something changes of the occupant, and is stored, before anybody has the message.
  const decoded = decodeRecord(Buffer.from(encodeOccupant(room, occupant)))
  assert.ok('occupant' in decoded)
  const next = ownerWith(decoded.occupant)
  next.hear(5)
  assert.deepEqual(next.said, ['m5'])
})

test('a message that the recovery copy still holds is known when it comes again, in whichever order', () => {
  const { said, hear, carried } = ownerWith(entered())
  const earlier = { id: 4, stream: 's', count: 6, stanza: stanza('message', { type: 'groupchat', from: nick }) }
  carried.add(earlier)
  hear(6)
  hear(8)
  assert.deepEqual(said, ['repeated', 'm8'])
})
