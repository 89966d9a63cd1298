import type { Database } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import { el, NS, rsmElement, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { type ArchivePage, countMatching, type FoundMessage, haveAll, readPage } from './archive-query.ts'
import { type ArchiveRequest, idsNamed } from './archive-request.ts'

/** What is sent for a query of an archive: messages, in this order, and then the result of the request. */
export interface ArchiveAnswer {
  readonly messages: readonly FoundMessage[]
  readonly fin: Element
}

/** Reads what a request asks for. `maxBytes`: how much a page may hold, if it is more than one message. */
export async function answerRequest(
  db: Database,
  owner: BareJid,
  wanted: ArchiveRequest,
  maxBytes: number,
): Promise<ArchiveAnswer | StanzaError> {
  // XEP-0313 §4.1.3, §4.3.2: an id that isn't in the archive is an error, not an empty page.
  if (!(await haveAll(db, owner, idsNamed(wanted)))) return stanzaError('item-not-found')
  if (wanted.countOnly) {
    const count = await countMatching(db, owner, wanted.filter)
    return { messages: [], fin: finElement(count === 0, rsmElement({ count })) }
  }
  const page = await readPage(db, owner, wanted.filter, { ...wanted.page, maxBytes })
  return { messages: wanted.flipped ? page.messages.toReversed() : page.messages, fin: finOf(page) }
}

function finOf({ messages, complete }: ArchivePage): Element {
  const first = messages[0]?.id
  const last = messages.at(-1)?.id
  return finElement(complete, rsmElement({ first: first?.toString(), last: last?.toString() }))
}

function finElement(complete: boolean, rsm: Element): Element {
  return el('fin', { xmlns: NS.mam, complete: complete ? 'true' : undefined }, rsm)
}
