import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope } from '@heliograph/bus'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { Gate } from '@heliograph/ownership'
import { NS, readStanza, stanza } from '@heliograph/stanza'
import { Affiliates } from '../authority/affiliates.ts'
import type { MucContext } from '../context.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { RoomHats } from '../hats/room-hats.ts'
import { Occupant } from '../occupant.ts'
import { Room } from '../room.ts'
import { Subscribers } from '../subscriptions/subscribers.ts'
import { moderation } from './moderation-module.ts'

const jid = ensureBare('cave@conference.example')
const from = ensureFull('ada@verona.example/x')

/** What is answered when something happens while the message is looked for. */
async function answerWhen(happens: (room: Room, moderator: Occupant) => void): Promise<string> {
  const failed = (_room: Room, error: unknown) => assert.fail(String(error))
  const handle = (_room: Room, work: unknown) => (work as () => void)()
  const room = new Room({ jid, partition: 0, lane: {} as never, bound: 10, handle, failed })
  const details = { creator: ensureBare('owen@verona.example'), created: 0, locked: false, subject: undefined }
  room.details = {
    ...details,
    config: DEFAULT_CONFIG,
    vcard: undefined,
    hats: RoomHats.none,
    affiliates: new Affiliates([]),
    subscribers: new Subscribers(),
  }
  const session = { jid: from, presence: stanza('presence', {}), joined: 1, welcomed: true, stream: '', count: 0 }
  const given = { nick: 'ada', jid: ensureFull(`${jid}/ada`), bare: ensureBare('ada@verona.example'), id: 'ada' }
  const moderator = new Occupant({ ...given, role: 'moderator', changed: 1, sessions: [session] })
  room.occupants.add(moderator)
  const { promise: answered, resolve: answer } = Promise.withResolvers<string>()
  const query = async () => {
    happens(room, moderator)
    return { rows: [{ id: '7', stanza: '<message><body>x</body></message>', author: null }] }
  }
  const muc = {
    config: { archive: { enabled: true } },
    archive: { db: { query }, queries: new Gate(1), add: () => answer('announced') },
    clock: { next: (above: number) => above + 1 },
    hosts: { kindOf: () => 1, keyOf: () => '' },
    ownership: { heldEpochOf: () => 1 },
    router: { transfer: (_kind: unknown, _key: string, envelope: Envelope) => answer(String(envelope.stanza)) },
    events: { full: () => {}, message: () => {} },
    log: { error: (event: string) => answer(event) },
  } as unknown as MucContext
  const retract = `<moderate xmlns='${NS.moderation}' id='7'><retract xmlns='${NS.retraction}'/></moderate>`
  const request = readStanza(Buffer.from(`<iq type='set' id='1' to='${jid}' from='${from}'>${retract}</iq>`))
  const asked = { muc, from, room, occupant: moderator }
  assert.deepEqual(await moderation.iq[0]!.handle(request, asked), { kind: 'answered' })
  return answered
}

test('what a moderator takes back, he takes back as what he is when it was found', async () => {
  assert.equal(await answerWhen(() => {}), 'announced')
  assert.match(await answerWhen((_room, moderator) => (moderator.role = 'participant')), /<forbidden/)
  assert.match(await answerWhen((room, moderator) => room.occupants.remove(moderator)), /<forbidden/)
  const destroyed = (room: Room) => {
    room.details = 'absent'
  }
  assert.match(await answerWhen(destroyed), /<item-not-found/)
})
