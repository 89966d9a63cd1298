import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { NS, readStanza } from '@heliograph/stanza'
import { withoutForgeries } from './clean.ts'

const ROOM = ensureBare('room@conference.example')
const said = (content: string) => readStanza(Buffer.from(`<message type='groupchat'>${content}</message>`))

test('what an occupant says in the name of the room is taken out, the rest stays', () => {
  const honest =
    `<body>hi</body><stanza-id xmlns='${NS.stanzaId}' by='a@b' id='2'/><delay xmlns='${NS.delay}' from='a@b' stamp='x'/>` +
    `<retract xmlns='${NS.retraction}' id='7'/>`
  const forged = [
    `<stanza-id xmlns='${NS.stanzaId}' by='${ROOM}' id='1'/>`,
    `<stanza-id xmlns='${NS.stanzaId}' by='ROOM@Conference.Example' id='1'/>`,
    `<delay xmlns='${NS.delay}' from='${ROOM}' stamp='2002-10-13T23:58:37Z'/>`,
    `<delay xmlns='${NS.delay}' from='Room@conference.example' stamp='2002-10-13T23:58:37Z'/>`,
    `<occupant-id xmlns='${NS.occupantId}' id='1'/>`,
    `<x xmlns='${NS.mucUser}'><item jid='a@b'/></x>`,
    `<retracted xmlns='${NS.retraction}' id='1'/>`,
    `<retract xmlns='${NS.retraction}' id='1'><moderated xmlns='${NS.moderation}' by='${ROOM}/x'/></retract>`,
  ]
  assert.equal(withoutForgeries(said(honest + forged.join('')), ROOM).payload.toString(), honest)
  for (const one of forged) assert.equal(withoutForgeries(said(one), ROOM).payload.length, 0, one)
})

test('who may not say when something was said has no delay in anybody’s name', () => {
  const dated = said(`<body>hi</body><delay xmlns='${NS.delay}' from='a@b' stamp='2002-10-13T23:58:37Z'/>`)
  assert.equal(withoutForgeries(dated, ROOM, { mayDate: true }), dated)
  assert.equal(withoutForgeries(dated, ROOM, { mayDate: false }).payload.toString(), '<body>hi</body>')
})

test('an honest message stays the same stanza', () => {
  for (const content of ['<body>hi</body>', `<retract xmlns='${NS.retraction}' id='7'/>`]) {
    const message = said(content)
    assert.equal(withoutForgeries(message, ROOM), message)
  }
})
