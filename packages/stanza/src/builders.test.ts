import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureJid } from '@heliograph/jid'
import { scopeOf } from '@heliograph/xml'
import { el, iqGet, iqResult, iqSet, stanza } from './builders.ts'
import { delay, forwardedXml } from './delay.ts'
import { NS } from './ns.ts'
import { Stanza } from './stanza.ts'
import { checkStanza, iqPayloadName, messageType } from './validate.ts'

const a = ensureJid('a@b/c')
const d = ensureJid('d@e')
const parse = (xml: string) => Stanza.parse(Buffer.from(xml), scopeOf(NS.client))!

test('el leaves out what is empty', () => {
  const element = el('a', { b: 1, c: undefined, d: null, e: false }, 'x', null, undefined, false, 0, [el('f'), 'y'], [])
  assert.equal(element.toString(), "<a b='1' e='false'>x0<f/>y</a>")
  assert.equal(element.getChild('f')?.parent, element)
})

test('IQs are built and answered', () => {
  const get = iqGet({ id: '1', from: a, to: d }, el('ping', { xmlns: NS.ping }))
  assert.equal(get.toString(), "<iq to='d@e' from='a@b/c' id='1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>")
  assert.equal(iqPayloadName(get), '{urn:xmpp:ping}ping')
  assert.equal(iqResult(get).toString(), "<iq to='a@b/c' from='d@e' id='1' type='result'/>")
  assert.equal(iqPayloadName(iqResult(get)), undefined)
  const set = iqSet({ id: '2' }, el('query', { xmlns: NS.roster }))
  assert.equal(iqResult(set, el('query', { xmlns: NS.roster, ver: 'v' })).child('query', NS.roster)?.attrs.ver, 'v')
})

test('a forwarded stanza keeps its namespace and its delay', () => {
  const inner = parse("<message to='d@e'><body>x</body></message>")
  const outer = stanza('message', { to: a }).append(
    forwardedXml(inner, delay(0, d, 'Offline')),
    `{${NS.forward}}forwarded`,
  )
  const forwarded = outer.child('forwarded', NS.forward)!
  assert.equal(forwarded.getChild('message', NS.client)?.getChildText('body', NS.client), 'x')
  assert.deepEqual(
    { ...forwarded.getChild('delay', NS.delay)?.attrs },
    {
      xmlns: NS.delay,
      from: 'd@e',
      stamp: '1970-01-01T00:00:00.000Z',
    },
  )
  assert.equal(Stanza.parse(outer.toBytes(), scopeOf(NS.server))?.toString(), outer.toString())
})

test('the rules for every stanza', () => {
  const condition = (xml: string) => checkStanza(parse(xml))?.condition
  const ping = "<ping xmlns='urn:xmpp:ping'/>"
  assert.equal(condition(`<iq id='1' type='get'>${ping}</iq>`), undefined)
  assert.equal(condition("<iq id='1' type='result'/>"), undefined)
  assert.equal(condition('<presence/>'), undefined)
  assert.equal(condition("<presence type='probe'/>"), undefined)
  assert.equal(condition("<message type='nonsense'/>"), undefined)
  assert.equal(condition("<message to='@'/>"), 'jid-malformed')
  const bad = [
    `<iq type='get'>${ping}</iq>`,
    `<iq id='' type='get'>${ping}</iq>`,
    `<iq id='1'>${ping}</iq>`,
    `<iq id='1' type='put'>${ping}</iq>`,
    "<iq id='1' type='get'/>",
    `<iq id='1' type='set'>${ping}${ping}</iq>`,
    `<iq id='1' type='result'>${ping}${ping}</iq>`,
    "<presence type='available'/>",
  ]
  for (const xml of bad) assert.equal(condition(xml), 'bad-request', xml)
})

test('an unknown message type is normal', () => {
  assert.equal(messageType(parse('<message/>')), 'normal')
  assert.equal(messageType(parse("<message type='x'/>")), 'normal')
  assert.equal(messageType(parse("<message type='groupchat'/>")), 'groupchat')
})
