import { parseJid } from '@heliograph/jid'
import {
  checkForm,
  type FormDefinition,
  NS,
  parseTimestamp,
  readForm,
  readRsm,
  type StanzaError,
  stanzaError,
} from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { ArchiveFilter, PageRequest } from './archive-query.ts'

/** What a client may filter by (XEP-0313 §4.1). */
export const filterForm: FormDefinition = {
  formType: NS.mam,
  fields: [
    { var: 'with', type: 'jid-single' },
    { var: 'start', type: 'text-single' },
    { var: 'end', type: 'text-single' },
  ],
}

export interface ArchiveRequest {
  readonly queryId: string | undefined
  readonly filter: ArchiveFilter
  readonly page: PageRequest
  /** Only the number of messages is asked for (XEP-0059 §2.7). */
  readonly countOnly: boolean
}

/** Reads a `<query xmlns='urn:xmpp:mam:2'/>`. */
export function readRequest(query: Element, pageMax: number): ArchiveRequest | StanzaError {
  const filter = readFilter(query)
  if ('condition' in filter) return filter
  const page = readPageRequest(query, pageMax)
  if (page === undefined) return stanzaError('bad-request')
  const queryId = query.attrs.queryid as string | undefined
  return { queryId, filter, page: page.request, countOnly: page.countOnly }
}

function readFilter(query: Element): ArchiveFilter | StanzaError {
  const x = query.getChild('x', NS.dataForms) as Element | undefined
  if (!x) return { with: undefined, start: undefined, end: undefined }
  const form = readForm(x)
  if (!form) return stanzaError('bad-request')
  // XEP-0313 §4.1.4: what isn't supported must not be silently ignored.
  const unknown = form.fields.find((field) => !filterForm.fields.some(({ var: name }) => name === field.var))
  if (unknown) return stanzaError('feature-not-implemented', { text: `cannot filter by ${unknown.var}` })
  const checked = checkForm(form, filterForm)
  if ('problem' in checked) return stanzaError('bad-request', { text: checked.problem })
  const { values } = checked
  const start = time(values.text('start'))
  const end = time(values.text('end'))
  if (start === null || end === null) return stanzaError('bad-request', { text: 'start and end are XEP-0082 times' })
  const peer = values.text('with')
  const jid = peer === undefined || peer === '' ? undefined : parseJid(peer)
  return { with: jid, start, end }
}

/** Undefined when not given, null when malformed. */
function time(text: string | undefined): number | undefined | null {
  if (text === undefined || text === '') return undefined
  return parseTimestamp(text) ?? null
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

/** An id that this archive can't have given out becomes one that is not found. */
function archiveId(text: string): number {
  return /^\d{1,16}$/.test(text) ? Number(text) : -1
}
