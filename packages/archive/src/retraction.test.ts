import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NS, readStanza } from '@heliograph/stanza'
import { mayTakeBack, tombstone } from './retraction.ts'

const read = (xml: string) => readStanza(Buffer.from(xml))
const ROOM = `<x xmlns='${NS.mucUser}'/>`
const said = (from: string, inside = '') =>
  read(`<message from='${from}' to='a@b' id='m1' type='chat'><body>oops</body>${inside}</message>`)
const takingBack = (from: string, inside = '') =>
  read(
    `<message from='${from}' to='a@b' id='r1' type='chat'><retract xmlns='${NS.retraction}' id='m1'/>${inside}</message>`,
  )

test('an author takes back from any resource; an occupant only what the same occupant said', () => {
  assert.equal(mayTakeBack(takingBack('c@d/phone'), said('c@d/desk')), true)
  assert.equal(mayTakeBack(takingBack('room@d/eve', ROOM), said('room@d/bob', ROOM)), false)
  assert.equal(mayTakeBack(takingBack('room@d/eve'), said('room@d/bob', ROOM)), false)
  assert.equal(mayTakeBack(takingBack('room@d/eve', ROOM), said('room@d/bob')), false)
  assert.equal(mayTakeBack(takingBack('room@d/bob', ROOM), said('room@d/bob', ROOM)), true)
})

test('neither a retraction nor a tombstone is taken back', () => {
  assert.equal(mayTakeBack(takingBack('c@d/x'), takingBack('c@d/x')), false)
  assert.equal(mayTakeBack(takingBack('c@d/x'), tombstone(said('c@d/x'), { id: 'r0', at: 1 })), false)
})

test('a tombstone says who took what back and when, and nothing else', () => {
  const at = Date.UTC(2026, 0, 1) * 1000
  const grave = tombstone(said('c@d/x', `<x xmlns='urn:example'>secret</x>`), { id: "r'1", at }).toString()
  assert.equal(
    grave,
    "<message to='a@b' from='c@d/x' id='m1' type='chat'>" +
      `<retracted xmlns='${NS.retraction}' id='r&apos;1' stamp='2026-01-01T00:00:00.000Z'/></message>`,
  )
})
