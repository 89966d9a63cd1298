import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { NS, readStanza } from '@heliograph/stanza'
import { History, type PastMessage } from './history.ts'
import { readHistoryRequest } from './history-request.ts'
import { asHistory, selectHistory } from './select-history.ts'

const ROOM = ensureBare('room@conference.example')
const NOW = Date.UTC(2026, 0, 1)
const said = (n: number, content = `<body>${n}</body>`): PastMessage => ({
  id: (NOW - 10_000 + n * 1000) * 1000,
  stanza: readStanza(Buffer.from(`<message from='${ROOM}/nurse' id='m${n}' type='groupchat'>${content}</message>`)),
})
const ALL = Array.from({ length: 10 }, (_, n) => said(n))

function ask(history: string, { max = 50, before = Number.MAX_SAFE_INTEGER } = {}): string {
  const presence = readStanza(Buffer.from(`<presence><x xmlns='${NS.muc}'>${history}</x></presence>`))
  const request = readHistoryRequest(presence, { max, before, now: NOW })
  return selectHistory(ROOM, ALL, request)
    .map(({ stanza }) => stanza.id)
    .join(' ')
}

test('history is limited in each of four ways, and by the room (XEP-0045 §7.2.14)', () => {
  const everything = 'm0 m1 m2 m3 m4 m5 m6 m7 m8 m9'
  assert.equal(ask(''), everything)
  assert.equal(ask('<history/>'), everything)
  assert.equal(ask('', { max: 2 }), 'm8 m9')
  assert.equal(ask("<history maxstanzas='3'/>"), 'm7 m8 m9')
  assert.equal(ask("<history maxstanzas='3'/>", { max: 2 }), 'm8 m9')
  assert.equal(ask("<history maxstanzas='0'/>"), '')
  assert.equal(ask("<history maxchars='0'/>"), '')
  assert.equal(ask("<history seconds='2'/>"), 'm8 m9')
  assert.equal(ask("<history since='2025-12-31T23:59:59Z'/>"), 'm9')
  assert.equal(ask("<history since='1970-01-01T00:00:00Z'/>"), everything)
  assert.equal(ask("<history since='2025-12-31T23:59:57Z' seconds='1' maxstanzas='5'/>"), 'm9')
  assert.equal(ask('', { before: ALL[2]!.id }), 'm0 m1')
})

test('characters are those of whole stanzas as they are sent, and none is cut short', () => {
  const one = asHistory(ROOM, ALL[9]!).toString().length
  assert.equal(ask(`<history maxchars='${one - 1}'/>`), '')
  assert.equal(ask(`<history maxchars='${one}'/>`), 'm9')
  assert.equal(ask(`<history maxchars='${2 * one + 1}'/>`), 'm8 m9')
})

test('what makes no sense is as if it were not there', () => {
  for (const nonsense of ["maxstanzas='-1'", "maxchars='many'", "seconds=''", "since='yesterday'"])
    assert.equal(ask(`<history ${nonsense}/>`).length, 29, nonsense)
})

test('a stamp says when it was said, in the name of the room, unless it has one', () => {
  assert.ok(
    asHistory(ROOM, ALL[9]!)
      .toString()
      .endsWith(`<delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2025-12-31T23:59:59.000Z'/></message>`),
  )
  const brought = said(1, "<body>x</body><delay xmlns='urn:xmpp:delay' stamp='2002-10-13T23:58:37Z' from='a@b'/>")
  assert.equal(asHistory(ROOM, brought), brought.stanza)
})

test('a history holds what still says something, within its bounds', () => {
  const history = new History(3)
  for (const message of ALL.slice(0, 5)) history.add(message)
  history.add(said(5, '<subject>s</subject>'))
  history.add(said(6, `<received xmlns='${NS.receipts}' id='1'/>`))
  history.add(said(7, `<retract xmlns='${NS.retraction}' id='1'/>`))
  history.add(said(8, `<retracted xmlns='${NS.retraction}' id='1'/>`))
  const ids = () => history.messages.map(({ stanza }) => stanza.id).join(' ')
  assert.equal(ids(), 'm2 m3 m4')
  history.remove(ALL[3]!.id)
  history.remove(ALL[9]!.id)
  assert.equal(ids(), 'm2 m4')
  assert.equal(history.bytes, 2 * '<body>1</body>'.length)
  history.add(said(9, `<body>${'x'.repeat(300_000)}</body>`))
  assert.equal(ids(), 'm9')
})
