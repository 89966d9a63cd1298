import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDocument } from '@heliograph/xml'
import { type DiscoInfo, discoElement, readDisco } from './disco-info.ts'
import { hashOf } from './hash-functions.ts'
import { hashSetInput } from './hash-set-input.ts'
import { verificationInput } from './verification-string.ts'

const FIELD = (name: string, type: string, ...values: string[]) =>
  `<field var='${name}'${type}>${values.map((value) => `<value>${value}</value>`).join('')}</field>`
const FORM_TYPE = (value: string) => FIELD('FORM_TYPE', " type='hidden'", value)
const FORM = (inside: string) => `<x xmlns='jabber:x:data' type='result'>${inside}</x>`
const SOFTWARE = FORM_TYPE('urn:xmpp:dataforms:softwareinfo')
const FEATURES = (list: string) =>
  list
    .trim()
    .split(/\s+/)
    .map((feature) => `<feature var='${feature}'/>`)
    .join('')

const query = (inside: string) =>
  parseDocument(Buffer.from(`<query xmlns='http://jabber.org/protocol/disco#info'>${inside}</query>`)).element

function read(inside: string): DiscoInfo {
  return readDisco(query(inside))!
}

const legacy = (inside: string) => {
  const info = readDisco(query(inside))
  const input = info && verificationInput(info)
  return input === undefined ? undefined : hashOf('sha-1', input)
}

const newer = (inside: string) => {
  const input = hashSetInput(read(inside))
  return input === undefined ? undefined : [hashOf('sha-256', input), hashOf('sha3-256', input)]
}

const COMMON = FEATURES(`http://jabber.org/protocol/muc http://jabber.org/protocol/disco#info
  http://jabber.org/protocol/caps http://jabber.org/protocol/disco#items`)
const EXODUS = `<identity category='client' name='Exodus 0.9.1' type='pc'/>${COMMON}`
const PSI_NAMES = `<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
  <identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>`
const PSI_FORM = FORM(
  `${SOFTWARE}${FIELD('os', '', 'Mac')}${FIELD('ip_version', " type='text-multi'", 'ipv6', 'ipv4')}${FIELD(
    'os_version',
    '',
    '10.5.1',
  )}${FIELD('software', '', 'Psi')}${FIELD('software_version', '', '0.11')}`,
)

test('the examples of XEP-0115 §5.2 and §5.3', () => {
  assert.equal(legacy(EXODUS), 'QgayPKawpkPSDYmwT/WM94uAlu0=')
  assert.equal(legacy(PSI_NAMES + COMMON + PSI_FORM), 'q07IKJEyjvHSyhy//CH0CxmKi8w=')
})

test('what is repeated, or could pass for something else, is ill-formed (XEP-0115 §5.4)', () => {
  const identity = "<identity category='client' name='Exodus 0.9.1' type='pc'/>"
  assert.equal(legacy(EXODUS + identity), undefined)
  assert.equal(
    legacy(`${EXODUS}<identity category='client' type='pc' name='x&lt;http://jabber.org/protocol/muc'/>`),
    undefined,
  )
  assert.equal(legacy(EXODUS + FEATURES('http://jabber.org/protocol/muc')), undefined)
  assert.equal(legacy(EXODUS + PSI_FORM + PSI_FORM), undefined)
  const twoTypes = FORM(FIELD('FORM_TYPE', " type='hidden'", 'a', 'b'))
  assert.equal(legacy(EXODUS + twoTypes), undefined)
  // Rule 3.6: these don't count.
  assert.equal(legacy(EXODUS + FORM(FIELD('FORM_TYPE', '', 'a'))), 'QgayPKawpkPSDYmwT/WM94uAlu0=')
  assert.equal(legacy(EXODUS + FORM(FIELD('os', '', 'Mac'))), 'QgayPKawpkPSDYmwT/WM94uAlu0=')
})

test('the examples of XEP-0390 §4.5', () => {
  const bombus = FEATURES(`http://jabber.org/protocol/si
    http://jabber.org/protocol/bytestreams
    http://jabber.org/protocol/chatstates
    http://jabber.org/protocol/disco#info
    http://jabber.org/protocol/disco#items
    urn:xmpp:ping
    jabber:iq:time
    jabber:iq:privacy
    jabber:iq:version
    http://jabber.org/protocol/rosterx
    urn:xmpp:time
    jabber:x:oob
    http://jabber.org/protocol/ibb
    http://jabber.org/protocol/si/profile/file-transfer
    urn:xmpp:receipts
    jabber:iq:roster
    jabber:iq:last`)
  assert.deepEqual(newer(`<identity category='client' name='BombusMod' type='mobile'/>${bombus}`), [
    'kzBZbkqJ3ADrj7v08reD1qcWUwNGHaidNUgD7nHpiw8=',
    '79mdYAfU9rEdTOcWDO7UEAt6E56SUzk/g6TnqUeuD9Q=',
  ])
  const tkabber = FEATURES(`games:board
    http://jabber.org/protocol/activity
    http://jabber.org/protocol/activity+notify
    http://jabber.org/protocol/bytestreams
    http://jabber.org/protocol/chatstates
    http://jabber.org/protocol/commands
    http://jabber.org/protocol/disco#info
    http://jabber.org/protocol/disco#items
    http://jabber.org/protocol/evil
    http://jabber.org/protocol/feature-neg
    http://jabber.org/protocol/geoloc
    http://jabber.org/protocol/geoloc+notify
    http://jabber.org/protocol/ibb
    http://jabber.org/protocol/iqibb
    http://jabber.org/protocol/mood
    http://jabber.org/protocol/mood+notify
    http://jabber.org/protocol/rosterx
    http://jabber.org/protocol/si
    http://jabber.org/protocol/si/profile/file-transfer
    http://jabber.org/protocol/tune
    http://www.facebook.com/xmpp/messages
    http://www.xmpp.org/extensions/xep-0084.html#ns-metadata+notify
    jabber:iq:avatar
    jabber:iq:browse
    jabber:iq:dtcp
    jabber:iq:filexfer
    jabber:iq:ibb
    jabber:iq:inband
    jabber:iq:jidlink
    jabber:iq:last
    jabber:iq:oob
    jabber:iq:privacy
    jabber:iq:roster
    jabber:iq:time
    jabber:iq:version
    jabber:x:data
    jabber:x:event
    jabber:x:oob
    urn:xmpp:avatar:metadata+notify
    urn:xmpp:ping
    urn:xmpp:receipts
    urn:xmpp:time`)
  const names = `<identity category='client' name='Tkabber' type='pc' xml:lang='en'/>
    <identity category='client' name='Ткаббер' type='pc' xml:lang='ru'/>`
  const form = FORM(
    `${SOFTWARE}${FIELD('software', '', 'Tkabber')}${FIELD('os', '', 'Windows')}${FIELD('os_version', '', 'XP')}${FIELD(
      'software_version',
      '',
      '0.11.1-svn-20111216-mod (Tcl/Tk 8.6b2)',
    )}`,
  )
  assert.deepEqual(newer(names + tkabber + form), [
    'u79ZroNJbdSWhdSp311mddz44oHHPsEBntQ5b1jqBSY=',
    'XpUJzLAc93258sMECZ3FJpebkzuyNXDzRNwQog8eycg=',
  ])
})

test('what XEP-0390 §4.1 has no place for has no hash', () => {
  assert.equal(newer(`${EXODUS}<something xmlns='urn:else'/>`), undefined)
  assert.equal(newer(EXODUS + FORM(FIELD('os', '', 'Mac'))), undefined)
  assert.equal(newer(EXODUS + FORM(`${SOFTWARE}<reported/>`)), undefined)
})

test('what is told is read as it was', () => {
  const info = read(PSI_NAMES + COMMON)
  assert.equal(verificationInput(readDisco(discoElement(info, 'node'))!), verificationInput(info))
  assert.equal(readDisco(parseDocument(Buffer.from("<query xmlns='jabber:iq:version'/>")).element), undefined)
})
