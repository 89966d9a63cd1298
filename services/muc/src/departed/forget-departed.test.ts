import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Parcel } from '@heliograph/distribution'
import { type BareJid, ensureBare, ensureFull } from '@heliograph/jid'
import { stanza } from '@heliograph/stanza'
import { Affiliates } from '../authority/affiliates.ts'
import type { MucContext } from '../context.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { RoomHats } from '../hats/room-hats.ts'
import { Occupant } from '../occupant.ts'
import { occupantJid, Room, type Work } from '../room.ts'
import { Subscribers } from '../subscriptions/subscribers.ts'
import { forgetDeparted } from './forget-departed.ts'

const jid = ensureBare('cave@conference.verona.example')
const user = (name: string) => ensureBare(`${name}@verona.example`)
const hats = { hats: [{ uri: 'urn:x:mad', title: 'Mad' }], worn: { [user('ada')]: ['urn:x:mad'] } }
const following = (name: string) => ({ jid: user(name), nick: name, nodes: ['messages'], since: 1 }) as const

function roomOf(): { room: Room; sent: Parcel[] } {
  const sent: Parcel[] = []
  const lane = { send: (parcel: Parcel) => sent.push(parcel), outstanding: 0 }
  const handle = (_room: Room, work: Work) => (typeof work === 'function' ? work() : undefined)
  const room = new Room({ jid, partition: 0, lane: lane as never, bound: 10, handle, failed: assert.fail })
  room.details = {
    ...{ creator: user('owen'), created: 0, locked: false, subject: undefined, vcard: undefined },
    config: DEFAULT_CONFIG,
    hats: RoomHats.of(hats),
    affiliates: new Affiliates([
      { jid: user('owen'), affiliation: 'owner' },
      { jid: user('ada'), affiliation: 'admin', nick: 'Ada' },
      { jid: user('max'), affiliation: 'member' },
    ]),
    subscribers: new Subscribers([following('ada'), following('max')]),
  }
  const client = ensureFull(`${user('owen')}/x`)
  const session = { jid: client, presence: stanza('presence', {}), joined: 1, welcomed: true, stream: '', count: 0 }
  const named = { nick: 'owen', jid: occupantJid(jid, 'owen'), bare: user('owen'), id: 'owen' }
  room.occupants.add(new Occupant({ ...named, role: 'moderator', changed: 1, sessions: [session] }))
  return { room, sent }
}

function contextWith(room: Room, stored: unknown): { context: MucContext; asked: BareJid[] } {
  const asked: BareJid[] = []
  const load = async (of: BareJid) => {
    asked.push(of)
    return stored
  }
  const clock = { next: (above: number) => above + 1 }
  return { context: { rooms: [room], store: { load }, clock } as unknown as MucContext, asked }
}

test('a room forgets who is no more, and not who took the name since; moderators are told', async () => {
  const { room, sent } = roomOf()
  const affiliates = [
    { jid: user('owen'), affiliation: 'owner' },
    { jid: user('max'), affiliation: 'member' },
  ]
  const { context, asked } = contextWith(room, { affiliates, subscriptions: [following('max')], hats: undefined })
  forgetDeparted(context, new Set([user('nora')]))
  assert.deepEqual(asked, [])
  forgetDeparted(context, new Set([user('ada'), user('max'), user('nora')]))
  await new Promise((resolve) => setImmediate(resolve))
  const { affiliates: left, subscribers } = room.about
  assert.deepEqual([left.of(user('ada')), left.holderOf('Ada'), left.of(user('max'))], ['none', undefined, 'member'])
  assert.deepEqual([subscribers.get(user('ada')), subscribers.size], [undefined, 1])
  assert.equal(room.about.hats.xmlOf(user('ada')), '')
  assert.match(String(sent[0]?.stanza), /<message .*affiliation='none'.*jid='ada@verona.example'/)
  assert.equal(sent.length, 1)
  forgetDeparted(context, new Set([user('ada')]))
  assert.equal(asked.length, 1)
})
