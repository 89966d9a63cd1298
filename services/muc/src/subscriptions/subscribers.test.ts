import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareJid, bareOf, ensureBare, ensureFull } from '@heliograph/jid'
import { readStanza, stanza } from '@heliograph/stanza'
import { Occupant } from '../occupant.ts'
import { Occupants } from '../occupants.ts'
import { occupantJid } from '../room.ts'
import type { Subscription } from '../store/stored-room.ts'
import { eventOf } from './event.ts'
import { Subscribers } from './subscribers.ts'

const room = ensureBare('cave@conference.verona.example')
const [hag, crone] = [ensureBare('hag@verona.example'), ensureBare('crone@verona.example')]

const following = (jid: BareJid, nick: string, given: Partial<Subscription> = {}): Subscription => ({
  jid,
  nick,
  nodes: ['messages'],
  since: 1,
  ...given,
})

function entering(occupants: Occupants, user: BareJid): Occupant {
  const jid = ensureFull(`${user}/x`)
  const session = { jid, presence: stanza('presence', {}), joined: 5, welcomed: true, stream: '', count: 0 }
  const nick = 'here'
  const given = { nick, jid: occupantJid(room, nick), bare: bareOf(jid), id: 'i', role: 'participant' } as const
  const occupant = new Occupant({ ...given, changed: 5, sessions: [session] })
  occupants.add(occupant)
  return occupant
}

test('who follows a room and isn’t there is known, in one list as long as nothing changes', () => {
  const occupants = new Occupants()
  const subscribers = new Subscribers([following(hag, 'Hag'), following(crone, 'Crone', { nodes: ['subject'] })])
  assert.deepEqual(subscribers.absent('messages', occupants), [hag])
  assert.deepEqual(subscribers.absent('subject', occupants), [crone])
  assert.equal(subscribers.absent('messages', occupants), subscribers.absent('messages', occupants))
  const occupant = entering(occupants, hag)
  assert.deepEqual(subscribers.absent('messages', occupants), [])
  occupants.remove(occupant)
  assert.deepEqual(subscribers.absent('messages', occupants), [hag])
  subscribers.put(following(crone, 'Beldam'))
  assert.deepEqual(subscribers.absent('messages', occupants), [hag, crone])
  assert.deepEqual([subscribers.holderOf('Crone'), subscribers.holderOf('Beldam')], [undefined, crone])
  subscribers.delete(hag)
  assert.deepEqual([subscribers.size, subscribers.get(hag), subscribers.holderOf('Hag')], [1, undefined, undefined])
})

test('the message that somebody is told of is in its own namespace, whatever is in it', () => {
  const said = readStanza(
    Buffer.from(
      `<message from='${room}/hag' type='groupchat' id='m&lt;1'><body>a &amp; b</body><x xmlns='y'/></message>`,
    ),
  )
  const event = readStanza(Buffer.from(eventOf(room, { id: 7, stanza: said }).toString()))
  assert.deepEqual(event.children, ['{http://jabber.org/protocol/pubsub#event}event', '{urn:xmpp:hints}store'])
  const items = event.child('event', 'http://jabber.org/protocol/pubsub#event')!.getChild('items')!
  assert.equal(items.attrs.node, 'urn:xmpp:mucsub:0:nodes:messages')
  const told = items.getChild('item')!.getChild('message', 'jabber:client')!
  assert.deepEqual([told.attrs.id, told.attrs.from], ['m<1', `${room}/hag`])
  assert.equal(told.getChildText('body', 'jabber:client'), 'a & b')
  assert.ok(told.getChild('x', 'y'))
})
