import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { el, NS } from '@heliograph/stanza'
import { readRoomVcard, VCARD_BYTES } from './room-vcard.ts'

const photo = (data: string) => el('PHOTO', null, el('TYPE', null, 'image/png'), el('BINVAL', null, data))
const card = (...photos: ReturnType<typeof photo>[]) => el('vCard', { xmlns: NS.vcardTemp }, photos)

test('a vCard, its avatars, and what is none', () => {
  const [png, svg] = ['png bytes', 'svg bytes']
  const both = card(...[png!, svg!].map((text) => photo(Buffer.from(text).toString('base64'))))
  const read = readRoomVcard(both)
  assert.ok('vcard' in read && read.vcard && read.vcard.xml.startsWith('<vCard '), JSON.stringify(read))
  assert.deepEqual(
    read.vcard.avatarHashes,
    [png!, svg!].map((text) => createHash('sha1').update(text).digest('hex')),
  )
  assert.deepEqual(readRoomVcard(card()), { vcard: undefined })
  const error = (vcard: ReturnType<typeof card>) => {
    const bad = readRoomVcard(vcard)
    return 'error' in bad ? bad.error.condition : ''
  }
  assert.equal(error(card(photo('***'))), 'bad-request')
  assert.equal(error(card(photo('A'.repeat(VCARD_BYTES)))), 'policy-violation')
})
