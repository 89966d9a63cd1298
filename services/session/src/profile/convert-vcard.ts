import { NS, type Stanza } from '@heliograph/stanza'
import { type Element, parseDocument } from '@heliograph/xml'
import type { SessionContext } from '../context.ts'
import { accessOf, itemsOf, publishOpen } from '../pep/own-nodes.ts'
import type { User } from '../users/user.ts'
import { readVCard } from './read-vcard.ts'
import { type Card, card4Of, type Field, readCard4, readTemp, tempOf } from './vcard-fields.ts'
import { storeVCard, vcardOf } from './vcard-store.ts'

/** The one item where the account has published none by itself. */
const CURRENT = 'current'

/**
 * A vCard4 that the account has published (XEP-0292) becomes its vcard-temp, but for what only that can say. Only one that everybody may see, as
 * everybody may see a vcard-temp.
 */
export async function vcardPublished(context: SessionContext, user: User, news: Stanza): Promise<void> {
  const item = news.child('event', NS.pubsubEvent)?.getChild('items')?.getChild('item')
  const card = item?.getChild('vcard', NS.vcard4) as Element | undefined
  if (!card || (await accessOf(context, user, NS.vcard4Node)) !== 'open') return
  const stored = await vcardOf(context.db, user.jid)
  const before = stored === undefined ? NONE : readTemp(parseDocument(stored).element)
  const { fields } = readCard4(card)
  if (isSame(fields, before.fields)) return
  const vcard = readVCard(tempOf({ fields, others: before.others }, NS.vcardTemp))
  if (vcard) await storeVCard(context.db, user.jid, vcard)
}

/** A vcard-temp is published as vCard4, too, with what only that can say as it was. */
export async function publishVCard(context: SessionContext, user: User, vcard: Element): Promise<void> {
  const { fields } = readTemp(vcard)
  const last = (await itemsOf(context, user, NS.vcard4Node))?.at(-1)
  const card = last?.getChild('vcard', NS.vcard4) as Element | undefined
  const before = card ? readCard4(card) : NONE
  if (isSame(fields, before.fields)) return
  const payload = card4Of({ fields, others: before.others }, NS.vcard4)
  await publishOpen(context, user, { node: NS.vcard4Node, id: last?.attrs.id ?? CURRENT, payload })
}

const NONE: Card = { fields: [], others: [] }

function isSame(one: readonly Field[], other: readonly Field[]): boolean {
  const inOrder = (fields: readonly Field[]) => fields.map((field) => JSON.stringify(field)).sort()
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other))
}
