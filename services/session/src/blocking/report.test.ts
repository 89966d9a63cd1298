import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureJid } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { stanza } from '../../test/support/people.ts'
import { readReport } from './report.ts'

const SPAMMER = ensureJid('spammer@spam.example')

function read(inside: string) {
  const iq = stanza(`<iq type='set' id='1'><block xmlns='${NS.blocking}'><item jid='x@y'>${inside}</item></block></iq>`)
  return readReport(iq.child('block', NS.blocking)!.getChild('item', NS.blocking) as Element, SPAMMER)
}

test('what a report says is read, within bounds', () => {
  const ids = "<stanza-id xmlns='urn:xmpp:sid:0' by='x@y' id='7'/>".repeat(30)
  const text = `<text>${'a'.repeat(5_000)}</text>`
  const report = read(
    `<report xmlns='${NS.reporting}' reason='urn:xmpp:reporting:spam'>${ids}${text}<third-party/></report>`,
  )
  assert.ok(report !== undefined && report !== 'malformed')
  assert.deepEqual([report.reported, report.reason], [SPAMMER, 'urn:xmpp:reporting:spam'])
  assert.deepEqual([report.words.length, report.stanzaIds.length, report.stanzaIds[0]], [2_000, 20, 'x@y 7'])
  assert.deepEqual([report.toOrigin, report.toOthers], [false, true])
})

test('no report is none, one without a reason is malformed', () => {
  assert.equal(read(''), undefined)
  assert.equal(read("<report xmlns='urn:xmpp:reporting:0' reason='x'/>"), undefined)
  assert.equal(read(`<report xmlns='${NS.reporting}'/>`), 'malformed')
  assert.equal(read(`<report xmlns='${NS.reporting}' reason='${'r'.repeat(300)}'/>`), 'malformed')
})
