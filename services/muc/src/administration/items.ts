import { type BareJid, bareOf, parseJid } from '@heliograph/jid'
import { NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { type Affiliation, affiliationNamed, type Role, roleNamed } from '../authority/standing.ts'

/** Items of one request; a longer list is changed in parts. */
export const ITEMS_MAX = 500
export const REASON_MAX = 1_000

/** One `<item/>` of a request: a role, given to a nick … */
export interface RoleItem {
  readonly kind: 'role'
  readonly nick: string
  readonly role: Role
  readonly reason: string | undefined
}

/** … or an affiliation, given to an address, or to the user who has a nick. An empty nick beside an address: none is kept any more. */
export interface AffiliationItem {
  readonly kind: 'affiliation'
  readonly jid: BareJid | undefined
  readonly nick: string | undefined
  readonly affiliation: Affiliation
  readonly reason: string | undefined
}

export type Item = RoleItem | AffiliationItem

/** What is asked for by `<item/>`s of an IQ get: the list of a role or of an affiliation. */
export type ListItem =
  | { readonly role: Role; readonly affiliation?: never }
  | { readonly affiliation: Affiliation; readonly role?: never }

/** The changes that a `muc#admin` query of an IQ set asks for, or what is wrong with it. */
export function readItems(query: Element): { readonly items: readonly Item[] } | { readonly error: StanzaError } {
  const elements = query.getChildren('item', NS.mucAdmin) as Element[]
  if (elements.length === 0) return { error: stanzaError('bad-request', { text: 'there is no item' }) }
  if (elements.length > ITEMS_MAX)
    return { error: stanzaError('not-acceptable', { text: `more than ${ITEMS_MAX} items` }) }
  const items: Item[] = []
  for (const element of elements) {
    const item = readItem(element)
    if ('condition' in item) return { error: item }
    items.push(item)
  }
  return { items }
}

function readItem(element: Element): Item | StanzaError {
  const { jid, nick, role, affiliation } = element.attrs
  const reason = element.getChildText('reason', NS.mucAdmin)?.trim() || undefined
  if (reason !== undefined && reason.length > REASON_MAX) {
    return stanzaError('not-acceptable', { text: `the reason has more than ${REASON_MAX} characters` })
  }
  // §8.5, §9.2: one or the other.
  if ((role === undefined) === (affiliation === undefined)) return malformed('an item needs either role or affiliation')
  if (role !== undefined) {
    const known = roleNamed(role)
    if (known === undefined || !nick) return malformed('a role needs a nick, and must be one of the known')
    return { kind: 'role', nick, role: known, reason }
  }
  const known = affiliationNamed(affiliation)
  if (known === undefined) return malformed('no such affiliation')
  if (jid === undefined && !nick) return malformed('an affiliation needs a jid')
  const parsed = jid === undefined ? undefined : parseJid(jid)
  if (jid !== undefined && parsed === undefined) return stanzaError('jid-malformed')
  return { kind: 'affiliation', jid: parsed && bareOf(parsed), nick, affiliation: known, reason }
}

/** What an IQ get asks for; undefined when it is malformed. */
export function readListItem(query: Element): ListItem | undefined {
  const elements = query.getChildren('item', NS.mucAdmin) as Element[]
  const { role, affiliation } = elements[0]?.attrs ?? {}
  if (elements.length !== 1 || (role === undefined) === (affiliation === undefined)) return undefined
  const asRole = roleNamed(role)
  if (asRole !== undefined && asRole !== 'none') return { role: asRole }
  const asAffiliation = affiliationNamed(affiliation)
  return asAffiliation === undefined || asAffiliation === 'none' ? undefined : { affiliation: asAffiliation }
}

function malformed(text: string): StanzaError {
  return stanzaError('bad-request', { text })
}
