import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Parcel } from '@heliograph/distribution'
import { bareOf, ensureBare, ensureFull } from '@heliograph/jid'
import { stanza } from '@heliograph/stanza'
import { Affiliates } from '../authority/affiliates.ts'
import type { MucContext } from '../context.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { RoomHats } from '../hats/room-hats.ts'
import { Occupant, type Present } from '../occupant.ts'
import { occupantJid, Room } from '../room.ts'
import { Subscribers } from '../subscriptions/subscribers.ts'
import { reconcile } from './reconcile.ts'

const jid = ensureBare('cave@conference.verona.example')

function roomWith(people: Readonly<Record<string, Present>>, known: Affiliates, membersOnly: boolean) {
  const sent: Parcel[] = []
  const lane = { send: (parcel: Parcel) => sent.push(parcel), outstanding: 0 }
  const room = new Room({ jid, partition: 0, lane: lane as never, bound: 10, handle: () => {}, failed: () => {} })
  const details = { creator: ensureBare('owen@verona.example'), created: 0, locked: false }
  const config = { ...DEFAULT_CONFIG, membersOnly }
  const subscribers = new Subscribers()
  room.details = {
    ...details,
    config,
    subject: undefined,
    vcard: undefined,
    hats: RoomHats.none,
    affiliates: known,
    subscribers,
  }
  for (const [nick, role] of Object.entries(people)) {
    const client = ensureFull(`${nick}@verona.example/x`)
    const session = { jid: client, presence: stanza('presence', {}), joined: 1, welcomed: true, stream: '', count: 0 }
    const named = { nick, jid: occupantJid(jid, nick), bare: bareOf(client), id: nick, role, changed: 1 }
    const occupant = new Occupant({ ...named, sessions: [session] })
    occupant.shown = true
    room.occupants.add(occupant)
  }
  return { room, sent }
}

function context(): MucContext {
  let last = 0
  const clock = {
    next: (above: number) => {
      last = Math.max(last, above) + 1
      return last
    },
  }
  const records = { changed: () => {}, removed: () => {}, left: () => {}, told: () => {} }
  const events = { presence: () => {}, left: () => {} }
  return { clock, records, events } as unknown as MucContext
}

test('what was stored and not carried out is carried out by the next owner', () => {
  const user = (name: string) => ensureBare(`${name}@verona.example`)
  const known = new Affiliates([
    { jid: user('owen'), affiliation: 'owner' },
    { jid: user('ada'), affiliation: 'admin' },
    { jid: user('max'), affiliation: 'member' },
    { jid: user('eve'), affiliation: 'outcast' },
  ])
  const people = {
    owen: 'moderator',
    ada: 'participant',
    max: 'participant',
    eve: 'participant',
    nora: 'visitor',
  } as const
  const { room, sent } = roomWith(people, known, true)
  reconcile(context(), room)
  assert.deepEqual([...room.occupants].map(({ nick, role }) => `${nick} ${role}`).sort(), [
    'ada moderator',
    'max participant',
    'owen moderator',
  ])
  const told = sent
    .filter(({ recipients }) => recipients.includes('max@verona.example/x'))
    .map((parcel) => String(parcel.stanza))
  assert.equal(told.length, 3)
  assert.ok(told.some((text) => text.includes('/eve') && text.includes("code='301'")))
  assert.ok(told.some((text) => text.includes('/nora') && text.includes("code='321'")))
  assert.ok(told.some((text) => text.includes('/ada') && text.includes("role='moderator'")))
})

test('where all are what they are said to be nobody hears anything', () => {
  const known = new Affiliates([{ jid: ensureBare('owen@verona.example'), affiliation: 'owner' }])
  const { room, sent } = roomWith({ owen: 'moderator', nora: 'visitor' }, known, false)
  reconcile(context(), room)
  assert.deepEqual(sent, [])
})

test('who is here under another nick than his locked one goes on under that, unless somebody has it', () => {
  const user = (name: string) => ensureBare(`${name}@verona.example`)
  const known = new Affiliates([
    { jid: user('owen'), affiliation: 'owner' },
    { jid: user('ada'), affiliation: 'member', nick: 'Ada' },
    { jid: user('max'), affiliation: 'member', nick: 'nora' },
  ])
  const people = { owen: 'moderator', ada: 'participant', max: 'participant', nora: 'participant' } as const
  const { room, sent } = roomWith(people, known, false)
  Object.assign(room.about, { config: { ...DEFAULT_CONFIG, nicksLocked: true } })
  reconcile(context(), room)
  assert.deepEqual([...room.occupants].map(({ nick }) => nick).sort(), ['Ada', 'max', 'nora', 'owen'])
  assert.equal(room.occupants.by(ensureFull('ada@verona.example/x'))?.nick, 'Ada')
  const told = sent.filter(({ recipients }) => recipients.includes('max@verona.example/x')).map((it) => `${it.stanza}`)
  assert.match(told[0]!, /\/ada'.*nick='Ada'.*code='303'/)
  assert.match(told[1]!, /\/Ada'.*code='210'/)
  assert.equal(told.length, 2)
})
