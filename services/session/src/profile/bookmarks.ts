import { el, NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

/** What the bookmarks of XEP-0048 and of XEP-0402 both have. */
export interface Bookmark {
  readonly jid: string
  readonly name: string
  readonly autojoin: boolean
  readonly nick: string
  readonly password: string
}

/** An `<item/>` of XEP-0402, whose id is the room. */
export function bookmarkOfItem(item: Element): Bookmark | undefined {
  const conference = item.getChild('conference', NS.bookmarks) as Element | undefined
  return conference && read(conference, item.attrs.id ?? '', NS.bookmarks)
}

/** Those in a `<storage/>` of XEP-0048, by room. */
export function bookmarksIn(storage: Element): Map<string, Bookmark> {
  const conferences = storage.getChildren('conference', NS.bookmarksLegacy) as Element[]
  return new Map(
    conferences
      .filter(({ attrs }) => attrs.jid)
      .map((each) => [each.attrs.jid!, read(each, each.attrs.jid!, NS.bookmarksLegacy)]),
  )
}

function read(conference: Element, jid: string, xmlns: string): Bookmark {
  const { name = '', autojoin } = conference.attrs
  const text = (child: string) => conference.getChildText(child, xmlns) ?? ''
  return {
    jid,
    name,
    autojoin: autojoin === 'true' || autojoin === '1',
    nick: text('nick'),
    password: text('password'),
  }
}

/** XEP-0048, with what was there beside rooms. */
export function storageOf(bookmarks: Iterable<Bookmark>, others: readonly Element[] = []): Element {
  const conferences = [...bookmarks].map((each) =>
    el('conference', { jid: each.jid, ...attributes(each) }, ...children(each)),
  )
  return el('storage', { xmlns: NS.bookmarksLegacy }, others, conferences)
}

/** XEP-0402 §3: keeps the extensions of what it replaces. */
export function conferenceOf(bookmark: Bookmark, replaced?: Element): Element {
  const extensions = replaced?.getChild('conference', NS.bookmarks)?.getChild('extensions', NS.bookmarks) as
    | Element
    | undefined
  return el('conference', { xmlns: NS.bookmarks, ...attributes(bookmark) }, ...children(bookmark), extensions)
}

export interface Changes {
  readonly published: readonly Bookmark[]
  readonly retracted: readonly string[]
}

/** What makes one list of the other: nothing of what is the same (XEP-0402 §4.6.2). */
export function changesOf(before: ReadonlyMap<string, Bookmark>, after: ReadonlyMap<string, Bookmark>): Changes {
  return {
    published: [...after.values()].filter((each) => !isSame(each, before.get(each.jid))),
    retracted: [...before.keys()].filter((jid) => !after.has(jid)),
  }
}

function isSame(one: Bookmark, other: Bookmark | undefined): boolean {
  return other !== undefined && (Object.keys(one) as (keyof Bookmark)[]).every((key) => one[key] === other[key])
}

function attributes({ name, autojoin }: Bookmark): Record<string, string | undefined> {
  return { name: name === '' ? undefined : name, autojoin: autojoin ? 'true' : undefined }
}

function children({ nick, password }: Bookmark): (Element | null)[] {
  return [nick === '' ? null : el('nick', null, nick), password === '' ? null : el('password', null, password)]
}
