import { type FormDefinition, NS, readRsm, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { type ArchiveFilter, archiveId, readFilter } from './archive-filter.ts'
import type { PageRequest } from './archive-query.ts'

export interface ArchiveRequest {
  readonly queryId: string | undefined
  readonly filter: ArchiveFilter
  readonly page: PageRequest
  /** Only the number of messages is asked for (XEP-0059 §2.7). */
  readonly countOnly: boolean
  /** The page is sent from its end; which messages are on it stays the same (XEP-0313 §4.3.4). */
  readonly flipped: boolean
}

/** Reads a `<query xmlns='urn:xmpp:mam:2'/>`. `offered`: what may be filtered by. */
export function readRequest(
  query: Element,
  { pageMax, offered }: { readonly pageMax: number; readonly offered: FormDefinition },
): ArchiveRequest | StanzaError {
  const filter = readFilter(query, offered)
  if ('condition' in filter) return filter
  const page = readPageRequest(query, pageMax)
  if (page === undefined) return stanzaError('bad-request')
  const queryId = query.attrs.queryid as string | undefined
  const flipped = query.getChild('flip-page', NS.mam) !== undefined
  return { queryId, filter, page: page.request, countOnly: page.countOnly, flipped }
}

function readPageRequest(query: Element, pageMax: number): { request: PageRequest; countOnly: boolean } | undefined {
  const set = query.getChild('set', NS.rsm) as Element | undefined
  const rsm = set ? readRsm(set) : {}
  if (!rsm || rsm.index !== undefined) return undefined
  const max = Math.min(rsm.max ?? pageMax, pageMax)
  const countOnly = rsm.max === 0
  if (rsm.before !== undefined) {
    const before = rsm.before === '' ? undefined : archiveId(rsm.before)
    return { request: { from: 'end', max, before }, countOnly }
  }
  const after = rsm.after === undefined ? undefined : archiveId(rsm.after)
  return { request: { from: 'start', max, after }, countOnly }
}

/** The ids that a request names, each of which must be in the archive (XEP-0313 §4.1.3, §4.3.2). */
export function idsNamed({ filter, page }: ArchiveRequest): readonly number[] {
  const anchor = page.from === 'start' ? page.after : page.before
  const named = [anchor, filter.afterId, filter.beforeId, ...(filter.ids ?? [])]
  return [...new Set(named.filter((id) => id !== undefined))]
}
