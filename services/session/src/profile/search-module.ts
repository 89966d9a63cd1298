import { bareOf, domainOf, trusted } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, type Form, type FormField, formElement, NS, readForm, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { IqContext } from '../modules/iq-context.ts'
import { type Found, SEARCH_FIELDS, type SearchField, searchUsers } from './search.ts'

const QUERY = `{${NS.search}}query`
const INSTRUCTIONS = 'Fill in the beginning of at least one field.'
/** Shorter beginnings would list everybody. */
const SHORTEST = 2

const LABELS: Readonly<Record<SearchField, string>> = {
  first: 'First name',
  last: 'Family name',
  nick: 'Nickname',
  email: 'E-mail address',
}

/** XEP-0055: Jabber Search among the vCards of users, for users. It is answered at the domain itself. */
export const searchModule = defineModule<IqContext>({
  name: 'search',
  xeps: [{ number: '0055', version: '1.3' }],
  features: { server: [NS.search] },
  iq: [onGet('server', QUERY, fields), onSet('server', QUERY, search)],
})

/** Whether the asker may search the users of the domain that is asked. */
function mayAsk(request: Stanza, { session, user, resource }: IqContext): boolean {
  if (resource === undefined) return false
  const asked = domainOf(trusted(request.to ?? user.jid))
  return session.config.userSearch === 'allDomains' || asked === user.domain
}

/** §2.1: the fields, by themselves and as a form (§3). */
function fields(request: Stanza, context: IqContext): Outcome {
  if (!mayAsk(request, context)) return refuse(stanzaError('forbidden'))
  const form: Form = {
    type: 'form',
    formType: NS.search,
    instructions: [INSTRUCTIONS],
    fields: SEARCH_FIELDS.map((name) => ({ var: name, type: 'text-single', label: LABELS[name] })),
  }
  const plain = SEARCH_FIELDS.map((name) => el(name))
  return reply(el('query', { xmlns: NS.search }, el('instructions', null, INSTRUCTIONS), plain, formElement(form)))
}

function search(request: Stanza, context: IqContext): Outcome | Promise<Outcome> {
  if (!mayAsk(request, context)) return refuse(stanzaError('forbidden'))
  const { session, user } = context
  const query = request.child('query', NS.search) as Element
  const x = query.getChild('x', NS.dataForms) as Element | undefined
  const wanted = x === undefined ? plainFields(query) : submitted(x)
  if (wanted === undefined) return refuse(stanzaError('bad-request'))
  const given = [...wanted.values()]
  if (given.length === 0 || given.some((text) => text.length < SHORTEST))
    return refuse(stanzaError('not-acceptable', { text: `give at least ${SHORTEST} characters of a field` }))
  return user.queries.run(async () => {
    const domain = domainOf(trusted(request.to ?? user.jid))
    const found = await searchUsers(session.db, { domain, asker: bareOf(user.jid), wanted })
    return reply(el('query', { xmlns: NS.search }, x === undefined ? found.map(item) : report(found)))
  })
}

function plainFields(query: Element): Map<SearchField, string> {
  return filled((name) => query.getChildText(name, NS.search))
}

function submitted(x: Element): Map<SearchField, string> | undefined {
  const form = readForm(x)
  if (form?.type !== 'submit') return undefined
  return filled((name) => form.fields.find((field) => field.var === name)?.values?.[0])
}

function filled(read: (name: SearchField) => string | null | undefined): Map<SearchField, string> {
  const values = SEARCH_FIELDS.map((name) => [name, (read(name) ?? '').trim()] as const)
  return new Map(values.filter(([, value]) => value !== ''))
}

function item({ jid, shown }: Found): Element {
  return el(
    'item',
    { jid },
    SEARCH_FIELDS.map((name, at) => el(name, null, shown[at])),
  )
}

function report(found: readonly Found[]): Element {
  const columns: FormField[] = [
    { var: 'jid', type: 'jid-single', label: 'Address' },
    ...SEARCH_FIELDS.map((name) => ({ var: name, type: 'text-single', label: LABELS[name] }) as const),
  ]
  return formElement({
    type: 'result',
    formType: NS.search,
    fields: [],
    reported: columns,
    items: found.map(({ jid, shown }) => [
      { var: 'jid', values: [jid] },
      ...SEARCH_FIELDS.map((name, at) => ({ var: name, values: [shown[at] ?? ''] })),
    ]),
  })
}
