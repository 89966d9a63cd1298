import { defineModule, type Outcome, refuse, reply } from '@heliograph/module'
import { NS, type Stanza, stanzaError } from '@heliograph/stanza'
import { type Element, escapeAttribute, serializeContent } from '@heliograph/xml'
import type { IqContext } from '../modules/iq-context.ts'
import { type OwnContext, onOwnGet, onOwnSet } from '../modules/own.ts'
import { bookmarksStored, legacyBookmarks, PRIVATE_BOOKMARKS } from './convert-bookmarks.ts'
import { readPrivate, writePrivate } from './private-store.ts'

const QUERY = `{${NS.privateStorage}}query`
const NAME_BYTES = 512

/** XEP-0049: Private XML Storage. */
export const privateStorage = defineModule<IqContext>({
  name: 'private-storage',
  xeps: [{ number: '0049', version: '1.2' }],
  features: { server: [NS.privateStorage], account: [NS.privateStorage] },
  iq: [
    // §2.3: forbidden to others, whether there is anything or not.
    ...onOwnGet(QUERY, get),
    ...onOwnSet(QUERY, set),
  ],
})

function elementsOf(request: Stanza): Element[] {
  return (request.child('query', NS.privateStorage)?.getChildElements() ?? []) as Element[]
}

/** What is asked for by an empty element of its name. */
function get(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const [element, ...more] = elementsOf(request)
  // §2.3: one, not several.
  if (element === undefined || more.length > 0) return refuse(stanzaError('bad-request'))
  const name = nameOf(element)
  if (name === undefined) return refuse(stanzaError('not-acceptable'))
  const empty = `<${element.getName()} xmlns='${escapeAttribute(String(element.getNS()))}'/>`
  return context.chore(async () => {
    const { session, user } = context
    const stored = await readPrivate(session.db, user.jid, name)
    const xml = name === PRIVATE_BOOKMARKS ? await legacyBookmarks(session, user, stored) : stored
    return { kind: 'raw', xml: `<query xmlns='${NS.privateStorage}'>${xml ?? empty}</query>`, name: QUERY }
  })
}

function set(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const elements = new Map<string, string>()
  for (const element of elementsOf(request)) {
    const name = nameOf(element)
    if (name === undefined) return refuse(stanzaError('not-acceptable'))
    elements.set(name, (elements.get(name) ?? '') + serializeContent([element], NS.privateStorage).xml)
  }
  // §2.3: nothing with a namespace of its own.
  if (elements.size === 0) return refuse(stanzaError('not-acceptable'))
  return context.chore(async () => {
    const stored = await writePrivate(context.session.db, context.user.jid, elements)
    if (!stored) return refuse(stanzaError('resource-constraint'))
    const bookmarks = request.child('query', NS.privateStorage)?.getChild('storage', NS.bookmarksLegacy)
    if (bookmarks) await bookmarksStored(context.session, context.user, bookmarks as Element)
    return reply()
  })
}

/** Its Clark name; undefined when it has no namespace of its own (§2.3), one of streams, or too long a one. */
function nameOf(element: Element): string | undefined {
  const xmlns = element.getNS()
  if (!xmlns || xmlns === NS.privateStorage || xmlns === NS.client || xmlns === NS.server) return undefined
  const name = `{${xmlns}}${element.getName()}`
  return Buffer.byteLength(name) > NAME_BYTES ? undefined : name
}
