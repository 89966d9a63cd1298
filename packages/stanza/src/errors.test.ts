import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureJid } from '@heliograph/jid'
import { parseDocument, scopeOf } from '@heliograph/xml'
import { el } from './builders.ts'
import { NS } from './ns.ts'
import { Stanza } from './stanza.ts'
import { errorReply, readError, STANZA_CONDITIONS, type StanzaCondition, stanzaError } from './stanza-error.ts'
import { readStreamError, STREAM_CONDITIONS, streamError, streamErrorXml } from './stream-error.ts'

const parse = (xml: string) => Stanza.parse(Buffer.from(xml), scopeOf(NS.client))!
const request = parse("<iq from='a@b/c' to='d@e' id='1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>")

test('an error answer goes back with the same id and the payload', () => {
  const reply = errorReply(request, stanzaError('service-unavailable'))!
  assert.equal(
    reply.toString(),
    "<iq to='a@b/c' from='d@e' id='1' type='error'><ping xmlns='urn:xmpp:ping'/><error type='cancel'>" +
      `<service-unavailable xmlns='${NS.stanzaErrors}'/></error></iq>`,
  )
  assert.equal(parse(reply.toString()).toString(), reply.toString())
})

test('a large payload is not sent back', () => {
  const large = parse(`<message to='a@b'><body>${'x'.repeat(5000)}</body></message>`)
  assert.deepEqual(errorReply(large, stanzaError('forbidden'))?.children, ['{jabber:client}error'])
})

test('errors and results are never answered with an error', () => {
  for (const xml of [
    "<message type='error'/>",
    "<presence type='error'/>",
    "<iq type='error'/>",
    "<iq type='result'/>",
  ]) {
    assert.equal(errorReply(parse(xml), stanzaError('bad-request')), undefined)
  }
})

test('every condition is written and read back', () => {
  for (const condition of Object.keys(STANZA_CONDITIONS) as StanzaCondition[]) {
    const reply = errorReply(request, stanzaError(condition, { text: 'why <', uri: 'xmpp:x@y', by: ensureJid('d') }))!
    assert.deepEqual(readError(reply), {
      type: STANZA_CONDITIONS[condition],
      condition,
      text: 'why <',
      application: undefined,
      uri: 'xmpp:x@y',
    })
  }
  const application = el('closed-node', { xmlns: NS.pubsubErrors })
  const special = readError(errorReply(request, stanzaError('not-allowed', { type: 'wait', application }))!)
  assert.equal(special.type, 'wait')
  assert.equal(special.application?.getName(), 'closed-node')
})

test('a misspelt error is undefined-condition', () => {
  for (const error of ['', '<error/>', `<error type='x'><toString xmlns='${NS.stanzaErrors}'/></error>`]) {
    const { type, condition } = readError(parse(`<message type='error'>${error}</message>`))
    assert.deepEqual([type, condition], ['cancel', 'undefined-condition'])
  }
})

test('stream errors are written for streams and for WebSockets, and read', () => {
  for (const condition of STREAM_CONDITIONS) {
    const { element } = parseDocument(streamErrorXml(streamError(condition, 'why <'), true))
    assert.equal(element.getNS(), NS.streams)
    assert.deepEqual(
      { ...readStreamError(element) },
      {
        condition,
        host: condition === 'see-other-host' ? '' : undefined,
        text: 'why <',
      },
    )
  }
  assert.equal(
    streamErrorXml({ condition: 'see-other-host', host: '[::1]:5222' }),
    `<stream:error><see-other-host xmlns='${NS.streamErrors}'>[::1]:5222</see-other-host></stream:error>`,
  )
  assert.match(
    streamErrorXml({ condition: 'policy-violation', application: el('x', { xmlns: 'u' }) }),
    /<x xmlns='u'\/><\/stream:error>$/,
  )
})
