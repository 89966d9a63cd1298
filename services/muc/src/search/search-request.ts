import { checkForm, type Form, type FormField, NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import { Element } from '@heliograph/xml'
import type { RoomSearch } from '../store/room-store.ts'

/** Shorter terms are found nearly everywhere; more of them narrow nothing any further. */
const TERM_MIN = 3
const TERMS_MAX = 8
const QUERY_MAX = 200

const BY_ADDRESS = `{${NS.channelSearchOrder}}address`
const MUC = 'xep-0045'

const FIELDS: readonly FormField[] = [
  { var: 'q', type: 'text-single', label: 'Search for' },
  { var: 'all', type: 'boolean', label: 'Return all rooms', values: ['0'] },
  { var: 'sinname', type: 'boolean', label: 'Search in name', values: ['1'] },
  { var: 'sindescription', type: 'boolean', label: 'Search in description', values: ['1'] },
  { var: 'sinaddress', type: 'boolean', label: 'Search in address', values: ['1'] },
  {
    var: 'types',
    type: 'list-multi',
    label: 'Service types',
    values: [MUC],
    options: [{ value: MUC, label: 'XEP-0045 Multi-User Chat' }],
    rule: { datatype: 'xs:string', open: true },
  },
  {
    var: 'key',
    type: 'list-single',
    label: 'Sort results by',
    values: [BY_ADDRESS],
    options: [{ value: BY_ADDRESS, label: 'Address' }],
    rule: { datatype: 'xs:string', open: true },
  },
]

/** What can be searched for (XEP-0433 §4.2.1). */
export const searchForm: Form = { type: 'form', formType: NS.channelSearchParams, fields: FIELDS }

export type Sought = Pick<RoomSearch, 'terms' | 'inName' | 'inDescription' | 'inAddress'>

/** What a submitted form looks for (§4.2.2), `nothing` where it wants what rooms are not, or why it can't be. */
export function readSearch(form: Form): Sought | 'nothing' | { readonly error: StanzaError } {
  const checked = checkForm(form, searchForm)
  if ('problem' in checked) return bad('bad-request', checked.problem)
  const { values } = checked
  const query = values.text('q')?.trim() ?? ''
  const all = values.boolean('all') ?? false
  if ((values.text('key') ?? BY_ADDRESS) !== BY_ADDRESS) {
    return bad('feature-not-implemented', 'rooms are sorted by address only', 'invalid-sort-key')
  }
  if (all && query !== '') return bad('bad-request', 'all of them or some', 'conflicting-fields')
  if (!all && !values.has('q')) {
    // §4.2.2.7: cancel, says the text; its example says modify.
    return bad('bad-request', 'neither q nor all is given', 'no-search-conditions', 'cancel')
  }
  const terms = query.length > QUERY_MAX ? [] : termsOf(query)
  if (!all && terms.length === 0) {
    return bad(
      'bad-request',
      `terms have at least ${TERM_MIN} characters, all together at most ${QUERY_MAX}`,
      'invalid-search-terms',
    )
  }
  const types = values.list('types')
  if (types !== undefined && types.length > 0 && !types.includes(MUC)) return 'nothing'
  const wanted = (name: string) => values.boolean(name) ?? true
  return { terms, inName: wanted('sinname'), inDescription: wanted('sindescription'), inAddress: wanted('sinaddress') }
}

function termsOf(query: string): string[] {
  const words = query.toLowerCase().split(/\s+/)
  return [...new Set(words)].filter((word) => [...word].length >= TERM_MIN).slice(0, TERMS_MAX)
}

function bad(
  condition: 'bad-request' | 'feature-not-implemented',
  text: string,
  name?: string,
  type: 'cancel' | 'modify' = 'modify',
): { readonly error: StanzaError } {
  const application = name === undefined ? undefined : new Element(name, { xmlns: NS.channelSearchError })
  return { error: stanzaError(condition, { type, text, application }) }
}
