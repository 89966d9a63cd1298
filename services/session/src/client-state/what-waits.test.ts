import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FullJid } from '@heliograph/jid'
import { makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import { carbonOf } from '../carbons/carbon.ts'
import { keyOfWaiting } from './what-waits.ts'

const JULIET = 'juliet@capulet.example/balcony'
const place = { account: ROMEO, client: `${ROMEO}/phone` as FullJid }
const keyOf = (xml: string) => keyOfWaiting(stanza(xml), place)
const composing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>"
const displayed = "<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>"
const event = "<event xmlns='http://jabber.org/protocol/pubsub#event'/>"
const inRoom = (inside = '') => `<x xmlns='http://jabber.org/protocol/muc#user'>${inside}</x>`

const cases: [what: string, xml: string, key: string | undefined][] = [
  ['presence', `<presence from='${JULIET}'/>`, `presence ${JULIET}`],
  ['its end', `<presence from='${JULIET}' type='unavailable'/>`, `presence ${JULIET}`],
  ['presence in a room', `<presence from='a@b/c'>${inRoom('<item/>')}</presence>`, 'presence a@b/c'],
  ['one’s own in a room', `<presence from='a@b/c'>${inRoom("<status code='110'/>")}</presence>`, undefined],
  ['one’s own', `<presence from='${place.client}'/>`, undefined],
  ['of another client of one’s own', `<presence from='${ROMEO}/desk'/>`, `presence ${ROMEO}/desk`],
  ['a subscription', `<presence from='${JULIET}' type='subscribe'/>`, undefined],
  ['presence refused', `<presence from='${JULIET}' type='error'/>`, undefined],
  ['a request', `<iq from='${JULIET}' type='get' id='1'/>`, undefined],
  ['an answer', `<iq from='${JULIET}' type='result' id='1'/>`, undefined],
  ['a message', `<message from='${JULIET}' type='chat'><body>x</body></message>`, undefined],
  ['a chat state', `<message from='${JULIET}' type='chat'>${composing}</message>`, `state from ${JULIET}`],
  ['a chat state with a body', `<message from='${JULIET}' type='chat'><body>x</body>${composing}</message>`, undefined],
  ['a marker', `<message from='${JULIET}'>${displayed}</message>`, ''],
  ['a receipt', `<message from='${JULIET}'><received xmlns='urn:xmpp:receipts' id='1'/></message>`, ''],
  ['a call', `<message from='${JULIET}'><propose xmlns='urn:xmpp:jingle-message:0' id='1'/></message>`, undefined],
  ['an error', `<message from='${JULIET}' type='error'>${composing}</message>`, undefined],
  ['an event of others', `<message from='juliet@capulet.example' type='headline'>${event}</message>`, ''],
  ['an event of one’s own', `<message from='${ROMEO}' type='headline'>${event}</message>`, undefined],
]

for (const [what, xml, key] of cases) test(`${what}: ${key ?? 'at once'}`, () => assert.equal(keyOf(xml), key))

test('a copy waits as what it is a copy of; what another of the own clients has displayed is told at once', () => {
  const copyKey = (direction: 'sent' | 'received', payload: string) => {
    const message = stanza(`<message from='${JULIET}' to='a@b/c' type='chat'>${payload}</message>`)
    return keyOfWaiting(carbonOf(makeUser(), message, direction), place)
  }
  assert.equal(copyKey('received', composing), `state from ${JULIET}`)
  assert.equal(copyKey('sent', composing), 'state to a@b/c')
  assert.equal(copyKey('received', displayed), '')
  assert.equal(copyKey('sent', displayed), undefined)
  assert.equal(copyKey('received', '<body>x</body>'), undefined)
  assert.equal(keyOf(`<message from='${ROMEO}'><sent xmlns='urn:xmpp:carbons:2'/></message>`), undefined)
})
