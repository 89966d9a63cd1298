import { el, NS, type Stanza } from '@heliograph/stanza'
import { type Element, parseDocument, serialize } from '@heliograph/xml'
import type { SessionContext } from '../context.ts'
import { itemsOf, PRIVATE, publishOwn, retractOwn } from '../pep/own-nodes.ts'
import type { User } from '../users/user.ts'
import { type Bookmark, bookmarkOfItem, bookmarksIn, changesOf, conferenceOf, storageOf } from './bookmarks.ts'
import { readPrivate, writePrivate } from './private-store.ts'

/** The one item of XEP-0048's node. */
const CURRENT = 'current'

/** Under which they are stored privately. */
export const PRIVATE_BOOKMARKS = `{${NS.bookmarksLegacy}}storage`

/**
 * The account's bookmarks as XEP-0048 has them (XEP-0402 §4.6, XEP-0411): those of XEP-0402's node, with what is stored privately: no rooms, once
 * these were brought into the node.
 */
export async function legacyBookmarks(
  context: SessionContext,
  user: User,
  stored: string | undefined,
): Promise<string | undefined> {
  const items = await itemsOf(context, user, NS.bookmarks)
  if (items === undefined) return stored
  const storage = stored === undefined ? undefined : parseDocument(stored).element
  const all = new Map([...(storage ? bookmarksIn(storage) : []), ...listOf(items)])
  return serialize(storageOf(all.values(), urlsIn(storage)))
}

/** A client has stored bookmarks privately: they are in XEP-0402's node from now on. */
export async function bookmarksStored(context: SessionContext, user: User, storage: Element): Promise<void> {
  if (await publishBookmarks(context, user, storage)) await keepOthers(context, user, storage)
}

/** Bookmarks that were stored privately before there was such a node are brought into it. */
export async function convertStored(context: SessionContext, user: User): Promise<void> {
  const stored = await readPrivate(context.db, user.jid, PRIVATE_BOOKMARKS)
  const storage = stored === undefined ? undefined : parseDocument(stored).element
  if (!storage || bookmarksIn(storage).size === 0) return
  const there = listOf((await itemsOf(context, user, NS.bookmarks)) ?? [])
  const all = storageOf([...bookmarksIn(storage), ...there].map(([, each]) => each))
  await bookmarksStored(
    context,
    user,
    el('storage', { xmlns: NS.bookmarksLegacy }, urlsIn(storage), all.children as Element[]),
  )
}

function keepOthers({ db }: SessionContext, user: User, storage: Element): Promise<boolean> {
  const others = serialize(storageOf([], urlsIn(storage)))
  return writePrivate(db, user.jid, new Map([[PRIVATE_BOOKMARKS, others]]))
}

/**
 * A list of bookmarks as XEP-0048 has them becomes what is in XEP-0402's node, item by item. False where others may read that (XEP-0411,
 * Security Considerations).
 */
async function publishBookmarks(context: SessionContext, user: User, storage: Element): Promise<boolean> {
  const items = (await itemsOf(context, user, NS.bookmarks)) ?? []
  const byJid = new Map(items.map((item) => [item.attrs.id ?? '', item]))
  const { published, retracted } = changesOf(listOf(items), bookmarksIn(storage))
  for (const each of published) {
    const payload = conferenceOf(each, byJid.get(each.jid))
    const isDone = await publishOwn(context, user, { node: NS.bookmarks, id: each.jid, payload, options: PRIVATE })
    if (isDone) continue
    context.log.info('bookmarks_not_converted', { jid: user.jid })
    return false
  }
  if (retracted.length > 0) await retractOwn(context, user, NS.bookmarks, retracted)
  return true
}

function urlsIn(storage: Element | undefined): Element[] {
  return (storage?.getChildren('url', NS.bookmarksLegacy) ?? []) as Element[]
}

/** XEP-0048's node was published to. */
export async function legacyNodeChanged(context: SessionContext, user: User, news: Stanza): Promise<void> {
  const item = news.child('event', NS.pubsubEvent)?.getChild('items')?.getChild('item')
  const storage = item?.getChild('storage', NS.bookmarksLegacy) as Element | undefined
  if (storage) await publishBookmarks(context, user, storage)
}

/** XEP-0402's node was: XEP-0048's follows, where the account has it. */
export async function nodeChanged(context: SessionContext, user: User): Promise<void> {
  await convertStored(context, user)
  const legacy = await itemsOf(context, user, NS.bookmarksLegacy)
  if (legacy === undefined) return
  const items = (await itemsOf(context, user, NS.bookmarks)) ?? []
  const storage = legacy.at(-1)?.getChild('storage', NS.bookmarksLegacy) as Element | undefined
  const before = storage ? bookmarksIn(storage) : new Map<string, Bookmark>()
  const { published, retracted } = changesOf(before, listOf(items))
  if (published.length === 0 && retracted.length === 0) return
  const payload = storageOf(listOf(items).values(), urlsIn(storage))
  await publishOwn(context, user, { node: NS.bookmarksLegacy, id: legacy.at(-1)?.attrs.id ?? CURRENT, payload })
}

function listOf(items: readonly Element[]): Map<string, Bookmark> {
  const list = items.map(bookmarkOfItem).filter((each) => each !== undefined)
  return new Map(list.map((each) => [each.jid, each]))
}
