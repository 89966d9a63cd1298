import { createHash } from 'node:crypto'
import { NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import { type Element, serializeContent } from '@heliograph/xml'
import type { RoomVcard } from '../store/stored-room.ts'

/** A longer vCard is refused. */
export const VCARD_BYTES = 131_072
const BASE64 = /^[A-Za-z0-9+/=\s]*$/

/** The vCard that a room has from now on, undefined for none; or why it can't be. */
export function readRoomVcard(
  vcard: Element,
): { readonly vcard: RoomVcard | undefined } | { readonly error: StanzaError } {
  if (vcard.getChildElements().length === 0) return { vcard: undefined }
  const { xml } = serializeContent([vcard], NS.client)
  if (Buffer.byteLength(xml) > VCARD_BYTES) {
    return { error: stanzaError('policy-violation', { text: `the vCard has more than ${VCARD_BYTES} bytes` }) }
  }
  const photos = photosOf(vcard)
  return photos.every((photo) => BASE64.test(photo))
    ? { vcard: { xml, avatarHashes: hashesOf(photos) } }
    : { error: stanzaError('bad-request', { text: 'the photo is not Base64' }) }
}

function hashesOf(photos: readonly string[]): string[] {
  return photos
    .map((photo) => Buffer.from(photo, 'base64'))
    .filter((bytes) => bytes.length > 0)
    .map((bytes) => createHash('sha1').update(bytes).digest('hex'))
}

function photosOf(vcard: Element): string[] {
  const photos = vcard.getChildren('PHOTO', NS.vcardTemp) as Element[]
  return photos.flatMap((photo) => photo.getChildText('BINVAL', NS.vcardTemp) ?? [])
}
