import assert from 'node:assert/strict'
import { test } from 'node:test'
import { treatments } from '@heliograph/archive'
import { stanza } from '../../test/support/people.ts'
import { isArchivable, isCopied, isOfflineStorable, isPushed, mayWait } from './eligibility.ts'

/** Everything that is decided by a message's payloads. `A`: archived, `O`: waits offline, `s`, `r`: copied when sent, received, `P`: pushed, `w`: an inactive client may wait for it, `W`: also when it tells of the own account. */
function verdictOf(xml: string): string {
  const message = stanza(xml)
  const marks: [string, boolean][] = [
    ['A', isArchivable(message)],
    ['O', isOfflineStorable(message)],
    ['s', isCopied(message, 'sent')],
    ['r', isCopied(message, 'received')],
    ['P', isPushed(message)],
    ['w', mayWait(message, false)],
    ['W', mayWait(message, true)],
  ]
  return marks.map(([mark, holds]) => (holds ? mark : '.')).join('')
}

const BODY = '<body>hello</body>'
const el = (name: string, xmlns: string, inside = '') => `<${name} xmlns='${xmlns}'>${inside}</${name}>`
const hint = (name: string) => el(name, 'urn:xmpp:hints')
const state = el('composing', 'http://jabber.org/protocol/chatstates')
const ids = `${el('origin-id', 'urn:xmpp:sid:0')}${el('stanza-id', 'urn:xmpp:sid:0')}`
const inRoom = (inside = '') => el('x', 'http://jabber.org/protocol/muc#user', inside)
const ofRoom = (inside: string) =>
  el(
    'event',
    'http://jabber.org/protocol/pubsub#event',
    `<items node='urn:xmpp:mucsub:nodes:messages'><item>${el('message', 'jabber:client', inside)}</item></items>`,
  ) + hint('store')

/** By payload: as type normal, and as type chat. */
const PAYLOADS: Record<string, [payload: string, normal: string, chat: string]> = {
  'a body': [BODY, 'AOsrP..', 'AOsrP..'],
  nothing: ['', '.......', '..sr...'],
  'somebody else’s body': [el('body', 'http://www.w3.org/1999/xhtml'), '.......', '..sr...'],
  'a subject': ['<subject>x</subject>', '.......', '..sr...'],
  'a thread': ['<thread>x</thread>', '.......', '..sr...'],
  'something unknown': [el('foo', 'urn:foo'), '.......', '..sr...'],
  'receipt (0184)': [el('received', 'urn:xmpp:receipts'), 'AOsr.wW', 'AOsr.wW'],
  'request for a receipt': [el('request', 'urn:xmpp:receipts'), '.......', '..sr...'],
  'chat state (0085)': [state, '..sr.wW', '..sr.wW'],
  'chat state with thread, hints and ids': [
    `<thread>x</thread>${state}${hint('no-store')}${ids}`,
    '..sr.wW',
    '..sr.wW',
  ],
  'chat state with something unknown': [state + el('foo', 'urn:foo'), '..sr...', '..sr...'],
  'chat state with a body': [BODY + state, 'AOsrP..', 'AOsrP..'],
  'marker received (0333)': [el('received', 'urn:xmpp:chat-markers:0'), 'AOsr.wW', 'AOsr.wW'],
  'marker displayed (0333)': [el('displayed', 'urn:xmpp:chat-markers:0'), 'AOsr.w.', 'AOsr.w.'],
  'marker acknowledged (0333)': [el('acknowledged', 'urn:xmpp:chat-markers:0'), 'AOsr.w.', 'AOsr.w.'],
  'markable (0333)': [el('markable', 'urn:xmpp:chat-markers:0'), '.......', '..sr...'],
  'correction (0308)': [el('replace', 'urn:xmpp:message-correct:0'), 'AOsr...', 'AOsr...'],
  'reactions (0444)': [el('reactions', 'urn:xmpp:reactions:0'), 'AOsr...', 'AOsr...'],
  'retraction (0424)': [el('retract', 'urn:xmpp:message-retract:1'), 'AOsr...', 'AOsr...'],
  'reply (0461)': [el('reply', 'urn:xmpp:reply:0'), '.......', '..sr...'],
  'fallback (0428)': [el('fallback', 'urn:xmpp:fallback:0'), '.......', '..sr...'],
  'fastening (0422)': [el('apply-to', 'urn:xmpp:fasten:0'), 'AOsr...', 'AOsr...'],
  'OMEMO, legacy': [el('encrypted', 'eu.siacs.conversations.axolotl'), 'AOsrP..', 'AOsrP..'],
  'OMEMO 2': [el('encrypted', 'urn:xmpp:omemo:2'), 'AOsrP..', 'AOsrP..'],
  'OpenPGP (0373)': [el('openpgp', 'urn:xmpp:openpgp:0'), 'AOsrP..', 'AOsrP..'],
  'how it is encrypted (0380)': [el('encryption', 'urn:xmpp:eme:0'), '.......', '..sr...'],
  'call proposed (0353)': [el('propose', 'urn:xmpp:jingle-message:0'), 'AOsrP..', 'AOsrP..'],
  'call retracted (0353)': [el('retract', 'urn:xmpp:jingle-message:0'), 'AOsrP..', 'AOsrP..'],
  'call accepted (0353)': [el('accept', 'urn:xmpp:jingle-message:0'), 'AOsr...', 'AOsr...'],
  'call rejected (0353)': [el('reject', 'urn:xmpp:jingle-message:0'), 'AOsr...', 'AOsr...'],
  'call finished (0353)': [el('finish', 'urn:xmpp:jingle-message:0'), 'AOsr...', 'AOsr...'],
  'call rings (0353)': [el('ringing', 'urn:xmpp:jingle-message:0'), '..sr...', '..sr...'],
  'call proceeds (0353)': [el('proceed', 'urn:xmpp:jingle-message:0'), '..sr...', '..sr...'],
  'invitation (0249)': [el('x', 'jabber:x:conference'), 'AOsrP..', 'AOsrP..'],
  'invitation by a room (0045)': [inRoom("<invite from='a@b'/>"), 'AOsrP..', 'AOsrP..'],
  'something else by an occupant': [inRoom(), 'AO..P..', 'AOs.P..'],
  'private message of an occupant': [BODY + inRoom(), 'AOs.P..', 'AOs.P..'],
  'event of a node (0060)': [el('event', 'http://jabber.org/protocol/pubsub#event'), '.....w.', '..sr.w.'],
  'event that is to be stored': [
    el('event', 'http://jabber.org/protocol/pubsub#event') + hint('store'),
    'AO.....',
    'AOsr...',
  ],
  'what a room says to who follows it': [ofRoom(BODY), 'AO..P..', 'AOsrP..'],
  'the same, without anything to read': [ofRoom(el('reactions', 'urn:xmpp:reactions:0')), 'AO.....', 'AOsr...'],
  'result of the archive (0313)': [BODY + el('result', 'urn:xmpp:mam:2'), '..srP..', '..srP..'],
}

for (const [what, [payload, normal, chat]] of Object.entries(PAYLOADS)) {
  test(`${what}: ${normal}, of type chat ${chat}`, () => {
    const from = "from='room@rooms.example/juliet'"
    assert.equal(verdictOf(`<message ${from}>${payload}</message>`), normal)
    assert.equal(verdictOf(`<message ${from} type='normal'>${payload}</message>`), normal)
    assert.equal(verdictOf(`<message ${from} type='letter'>${payload}</message>`), normal, 'RFC 6121 §5.2.2')
    assert.equal(verdictOf(`<message ${from} type='chat'>${payload}</message>`), chat)
    // Errors are copied by what they answer, and hints in them count for nothing (XEP-0334 §5).
    assert.equal(verdictOf(`<message ${from} type='error'>${payload}${hint('store')}</message>`), '.......')
    // Rooms keep what is said in them, and each client in a room gets it from there.
    const said = verdictOf(`<message ${from} type='groupchat'>${payload}</message>`)
    assert.match(said, /^\.\.\.\./)
  })
}

test('news are for those who are there; what of them is copied are the payloads of instant messaging', () => {
  assert.equal(verdictOf(`<message type='headline'>${BODY}</message>`), '....P..')
  assert.equal(verdictOf(`<message type='headline'>${state}</message>`), '..sr.wW')
  assert.equal(verdictOf(`<message type='headline'>${BODY}${hint('store')}</message>`), 'A...P..')
})

test('the sender’s hints (0334) and <private/> (0280) come before what the payload wants', () => {
  const hinted: [hint: string, expected: string][] = [
    [hint('no-store'), '..srP..'],
    [hint('no-permanent-store'), '.OsrP..'],
    [hint('store'), 'AOsrP..'],
    [hint('store') + hint('no-store'), '..srP..'],
    [hint('no-copy'), 'AO..P..'],
    [el('private', 'urn:xmpp:carbons:2'), 'AO..P..'],
  ]
  for (const [inside, expected] of hinted) {
    assert.equal(verdictOf(`<message type='chat'>${BODY}${inside}</message>`), expected, inside)
  }
  assert.equal(verdictOf(`<message>${el('foo', 'urn:foo')}${hint('store')}</message>`), 'AO.....')
  assert.equal(verdictOf(`<message>${el('x', 'jabber:x:conference')}${hint('no-copy')}</message>`), 'AO..P..')
})

test('a private message in a room is known by its sender’s full JID', () => {
  const message = `<message from='room@rooms.example' type='chat'>${BODY}${inRoom()}</message>`
  assert.equal(isCopied(stanza(message), 'received'), true)
})

test('every payload of the table is in this test', () => {
  const tested = Object.values(PAYLOADS).flatMap(([payload]) => stanza(`<message>${payload}</message>`).children)
  const missing = [...treatments.keys()].filter((name) => !tested.includes(name))
  assert.deepEqual(missing, [
    ...['active', 'paused', 'inactive', 'gone'].map((name) => `{http://jabber.org/protocol/chatstates}${name}`),
    ...['no-permanent-store', 'no-copy'].map((name) => `{urn:xmpp:hints}${name}`),
    '{urn:xmpp:delay}delay',
  ])
})
