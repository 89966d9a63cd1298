import { createHash } from 'node:crypto'
import { el, NS, type Stanza } from '@heliograph/stanza'
import { Element, parseDocument } from '@heliograph/xml'
import type { SessionContext } from '../context.ts'
import { accessOf, itemsOf, publishOpen, publishOwn } from '../pep/own-nodes.ts'
import type { User } from '../users/user.ts'
import { changeAvatar } from './avatar.ts'
import { readVCard } from './read-vcard.ts'
import { storeVCard, vcardOf } from './vcard-store.ts'

/**
 * XEP-0398 §3.1: an avatar that the account has published (XEP-0084) becomes the photo of its vCard, and its hash part of its presence. Only one that
 * everybody may see, as everybody may see a vCard.
 */
export async function avatarPublished(context: SessionContext, user: User, news: Stanza): Promise<void> {
  const item = news.child('event', NS.pubsubEvent)?.getChild('items')?.getChild('item')
  const metadata = item?.getChild('metadata', NS.avatarMetadata)
  if (!metadata) return
  const infos = metadata.getChildren('info', NS.avatarMetadata) as Element[]
  const info = infos.find(({ attrs }) => attrs.url === undefined)
  const id = info?.attrs.id?.toLowerCase() ?? ''
  if (infos.length > 0 && id === '') return
  if (id === (user.avatar ?? '') || (await accessOf(context, user, NS.avatarData)) !== 'open') return
  const photo = id === '' ? undefined : await photoOf(context, user, id, info?.attrs.type ?? 'image/png')
  if (id !== '' && !photo) return
  const stored = await vcardOf(context.db, user.jid)
  const vcard = stored === undefined ? el('vCard', { xmlns: NS.vcardTemp }) : parseDocument(stored).element
  const changed = readVCard(withPhoto(vcard, photo))
  if (!changed) return
  await storeVCard(context.db, user.jid, changed)
  changeAvatar(context, user, changed.photo)
}

async function photoOf(context: SessionContext, user: User, id: string, type: string): Promise<Element | undefined> {
  const items = await itemsOf(context, user, NS.avatarData, id)
  const data = items?.[0]?.getChildText('data', NS.avatarData)?.replaceAll(/\s/g, '') ?? ''
  // XEP-0398 §3.1: "SHOULD verify that the SHA-1 hash of the image matches the id"
  if (data === '' || createHash('sha1').update(Buffer.from(data, 'base64')).digest('hex') !== id) return undefined
  return el('PHOTO', null, el('TYPE', null, type), el('BINVAL', null, data))
}

function withPhoto(vcard: Element, photo: Element | undefined): Element {
  const isOther = (child: unknown) => !(child instanceof Element) || child.getName() !== 'PHOTO'
  const changed = new Element('vCard', { ...vcard.attrs })
  for (const child of vcard.children.filter(isOther)) changed.cnode(child as Element)
  if (photo) changed.cnode(photo)
  return changed
}

/** XEP-0398 §3.2: the photo of a new vCard is published as an avatar; without one there is none any more. */
export async function publishAvatar(context: SessionContext, user: User, vcard: Element): Promise<void> {
  const photo = vcard.getChild('PHOTO', NS.vcardTemp)
  const data = photo?.getChildText('BINVAL', NS.vcardTemp)?.replaceAll(/\s/g, '') ?? ''
  const bytes = Buffer.from(data, 'base64')
  if (bytes.length === 0) {
    if ((await itemsOf(context, user, NS.avatarMetadata)) === undefined) return
    const none = { node: NS.avatarMetadata, id: 'none', payload: el('metadata', { xmlns: NS.avatarMetadata }) }
    return void (await publishOwn(context, user, none))
  }
  const id = createHash('sha1').update(bytes).digest('hex')
  const type = photo?.getChildText('TYPE', NS.vcardTemp) || 'image/png'
  const info = el('info', { id, bytes: bytes.length, type })
  const items = [
    { node: NS.avatarData, id, payload: el('data', { xmlns: NS.avatarData }, data) },
    { node: NS.avatarMetadata, id, payload: el('metadata', { xmlns: NS.avatarMetadata }, info) },
  ]
  for (const item of items) if (!(await publishOpen(context, user, item))) return
}
