import { type Jid, parseJid } from '@heliograph/jid'
import {
  checkForm,
  type FormDefinition,
  type FormValues,
  NS,
  parseTimestamp,
  readForm,
  type StanzaError,
  stanzaError,
} from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

/** Which messages of an archive are wanted (XEP-0313 §4.1). Times in milliseconds, both ends included. */
export interface ArchiveFilter {
  /** A bare address stands for all its resources, a full one for itself alone (§4.1.1). */
  readonly with?: Jid | undefined
  readonly start?: number | undefined
  readonly end?: number | undefined
  /** Neither of the two is among what is wanted (§4.1.3). */
  readonly afterId?: number | undefined
  readonly beforeId?: number | undefined
  readonly ids?: readonly number[] | undefined
  /** Words that all are in the text (XEP-0431). */
  readonly text?: string | undefined
}

/** What a client may filter by (XEP-0313 §4.1.5). */
export const filterForm: FormDefinition = {
  formType: NS.mam,
  fields: [
    { var: 'with', type: 'jid-single' },
    { var: 'start', type: 'text-single' },
    { var: 'end', type: 'text-single' },
    { var: 'before-id', type: 'text-single' },
    { var: 'after-id', type: 'text-single' },
    // §4.1.5: the list of ids is open, and none of them is in the form.
    { var: 'ids', type: 'list-multi', rule: { datatype: 'xs:string', open: true } },
    { var: 'include-groupchat', type: 'boolean' },
  ],
}

/** XEP-0431 §3.1. */
const FULL_TEXT = `{${NS.fullText}}fulltext`

/** What a client may filter by where text can be searched for. */
export const searchForm: FormDefinition = {
  ...filterForm,
  fields: [...filterForm.fields, { var: FULL_TEXT, type: 'text-single' }],
}

/** Characters that may be searched for: longer words can't be, and more than these nobody types. */
const MAX_TEXT = 256

/** Ids that a query may name: as many as the longest page that a server is configured to give. */
const MAX_IDS = 1000

/** Reads the form of a `<query xmlns='urn:xmpp:mam:2'/>`; without one everything is wanted. */
export function readFilter(query: Element, offered: FormDefinition): ArchiveFilter | StanzaError {
  const x = query.getChild('x', NS.dataForms) as Element | undefined
  if (!x) return {}
  const form = readForm(x)
  if (!form) return stanzaError('bad-request')
  // §4.1.5: what isn't supported must not be silently ignored.
  const unknown = form.fields.find((field) => !offered.fields.some(({ var: name }) => name === field.var))
  if (unknown) return stanzaError('feature-not-implemented', { text: `cannot filter by ${unknown.var}` })
  const checked = checkForm(form, offered)
  return 'problem' in checked ? stanzaError('bad-request', { text: checked.problem }) : filterOf(checked.values)
}

/** `include-groupchat` says nothing here: what rooms say is in their archives, and never in a user's (§4.1.4). */
function filterOf(values: FormValues): ArchiveFilter | StanzaError {
  const start = time(values.text('start'))
  const end = time(values.text('end'))
  if (start === null || end === null) return stanzaError('bad-request', { text: 'start and end are XEP-0082 times' })
  const peer = values.text('with')
  const ids = new Set(values.list('ids'))
  const text = values.text(FULL_TEXT)
  if (text !== undefined && text.length > MAX_TEXT)
    return stanzaError('bad-request', { text: `the text to search for has ${MAX_TEXT} characters at most` })
  if (ids.size > MAX_IDS) return stanzaError('bad-request', { text: `ids takes ${MAX_IDS} at most` })
  return {
    with: peer === undefined || peer === '' ? undefined : parseJid(peer),
    start,
    end,
    afterId: id(values.text('after-id')),
    beforeId: id(values.text('before-id')),
    ids: ids.size === 0 ? undefined : [...ids].map(archiveId),
    text: text === '' ? undefined : text,
  }
}

/** Undefined when not given, null when malformed. */
function time(text: string | undefined): number | undefined | null {
  if (text === undefined || text === '') return undefined
  return parseTimestamp(text) ?? null
}

function id(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : archiveId(text)
}

/** An id that no archive can have given out becomes one that is not found. */
export function archiveId(text: string): number {
  const value = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : -1
  return Number.isSafeInteger(value) ? value : -1
}
