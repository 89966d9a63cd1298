import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { stanza } from '../../test/support/people.ts'
import { readVCard } from './read-vcard.ts'

function read(inside: string) {
  const iq = stanza(`<iq type='set' id='1'><vCard xmlns='vcard-temp'>${inside}</vCard></iq>`)
  return readVCard(iq.child('vCard', NS.vcardTemp) as Element)
}

const photo = (data: string) => `<PHOTO><TYPE>image/png</TYPE><BINVAL>${data}</BINVAL></PHOTO>`

test('names, address and the hash of the photo’s bytes are taken from it', () => {
  const bytes = Buffer.from([1, 2, 250, 255])
  const vcard = read(
    `<N><FAMILY>Capulet</FAMILY><GIVEN> Juliet </GIVEN></N><NICKNAME>jules</NICKNAME>
     <EMAIL><HOME/><USERID>j@c.example</USERID></EMAIL>${photo(`\n${bytes.toString('base64')}\n`)}`,
  )
  assert.deepEqual(vcard?.fields, ['Juliet', 'Capulet', 'jules', 'j@c.example'])
  assert.equal(vcard?.photo, createHash('sha1').update(bytes).digest('hex'))
  assert.ok(vcard?.xml.startsWith("<vCard xmlns='vcard-temp'><N><FAMILY>Capulet"))
})

test('a vCard without anything has no photo, one whose photo is no Base64 is none', () => {
  assert.deepEqual([read('')?.photo, read('')?.fields], ['', ['', '', '', '']])
  assert.equal(read(photo(''))?.photo, '')
  assert.equal(read(photo('no, not this!')), undefined)
})
