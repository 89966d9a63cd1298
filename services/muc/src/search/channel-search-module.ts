import { bareOf, domainOf, type Jid } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import {
  el,
  formElement,
  NS,
  type RsmRequest,
  readForm,
  readRsm,
  rsmElement,
  type Stanza,
  stanzaError,
} from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { RoomIq } from '../iqs/room-iq.ts'
import type { FoundRoom } from '../store/room-store.ts'
import { readSearch, searchForm } from './search-request.ts'

const PAGE_MAX = 100
/** When who was refused may try again. */
const RETRY_SECONDS = 5

/** XEP-0433: listed rooms are found by words, with what would else take a request for each. */
export const channelSearch = defineModule<RoomIq>({
  name: 'channel-search',
  xeps: [{ number: '0433', version: '0.1.0', note: 'sorted by address, without numbers of users' }],
  features: { server: [NS.channelSearch] },
  iq: [onGet('server', `{${NS.channelSearch}}search`, answer)],
})

function answer(request: Stanza, iq: RoomIq): Outcome | Promise<Outcome> {
  const { muc, from } = iq
  const element = request.child('search', NS.channelSearch)!
  const x = element.getChild('x', NS.dataForms) as Element | undefined
  if (x === undefined) return reply(el('search', { xmlns: NS.channelSearch }, formElement(searchForm)))
  // Anybody may invent users of his own domain.
  const asker = muc.hosts.isLocalUser(from) ? bareOf(from) : domainOf(from)
  const found = muc.searches.run(asker, () => search(x, { request, iq }))
  if (found !== undefined) return found
  muc.events.searchRefused()
  // XEP-0433 §4.2.2.4
  const application = el('rate-limit', { xmlns: NS.channelSearchError, 'retry-after': RETRY_SECONDS })
  return refuse(stanzaError('resource-constraint', { application }))
}

async function search(x: Element, { request, iq: { muc } }: { request: Stanza; iq: RoomIq }): Promise<Outcome> {
  const form = readForm(x)
  const set = request.child('search', NS.channelSearch)?.getChild('set', NS.rsm) as Element | undefined
  const page: RsmRequest | undefined = set === undefined ? {} : readRsm(set)
  if (form === undefined || page === undefined) return refuse(stanzaError('bad-request'))
  const sought = readSearch(form)
  if (typeof sought === 'object' && 'error' in sought) return refuse(sought.error)
  const max = Math.min(page.max ?? PAGE_MAX, PAGE_MAX)
  const place = { domain: domainOf(request.to as Jid), after: page.after ?? '', before: page.before, max }
  const rooms = sought === 'nothing' ? [] : await muc.store.search({ ...sought, ...place })
  return reply(resultOf(rooms))
}

function resultOf(rooms: readonly FoundRoom[]): Element {
  const ends = { first: rooms[0]?.jid, last: rooms.at(-1)?.jid }
  return el('result', { xmlns: NS.channelSearch }, rooms.map(itemOf), rsmElement(ends))
}

function itemOf({ jid, config }: FoundRoom): Element {
  const isOpen = !config.membersOnly && !config.passwordProtected
  return el(
    'item',
    { address: jid },
    config.name !== '' && el('name', null, config.name),
    config.description !== '' && el('description', null, config.description),
    config.language !== '' && el('language', null, config.language),
    el('service-type', null, 'xep-0045'),
    el('is-open', null, String(isOpen)),
    el('anonymity-mode', null, config.addressesFor === 'anyone' ? NOT_ANONYMOUS : 'muc_semianonymous'),
  )
}

const NOT_ANONYMOUS = `{${NS.channelSearchAnonymity}}none`
