import { type BareJid, bareOf, domainOf } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import { el, formElement, NS, type RsmRequest, readRsm, rsmElement, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { refusedReading } from '../access/rules.ts'
import { accountItems } from '../account/account-items.ts'
import { isStranger } from '../account/asker.ts'
import { closedTo } from '../account/closed.ts'
import { metaData } from '../forms/config-form.ts'
import { ITEMS_MAX } from '../forms/node-fields.ts'
import { type ListedNode, NODES_AT_ONCE } from '../store/node-store.ts'
import { type ItemIq, type NodeIq, ofNode } from './node-iq.ts'
import { standingOf } from './operation.ts'

const INFO = `{${NS.discoInfo}}query`
const ITEMS = `{${NS.discoItems}}query`
const ITEMS_LISTED = 500
const PEOPLE_NAMED = 20

/** XEP-0030 of the service, its nodes, and their items (XEP-0060 §5). */
export const disco = defineModule<NodeIq>({
  name: 'disco',
  xeps: [{ number: '0030', version: '2.5.0' }],
  features: { server: [NS.discoInfo, NS.discoItems, NS.rsm], item: [NS.discoInfo, NS.discoItems] },
  iq: [
    onGet('server', INFO, serviceInfo),
    onGet('server', ITEMS, serviceItems),
    onGet('item', INFO, (_request, iq) => nodeInfo(ofNode(iq))),
    onGet('item', ITEMS, (request, iq) => nodeItems(request, ofNode(iq))),
  ],
})

function serviceInfo(request: Stanza, { pubsub }: NodeIq): Outcome {
  // XEP-0131 §3.2
  if (isAboutHeaders(request)) return reply(infoElement(null, [`${NS.shim}#Collection`], undefined, NS.shim))
  const identity = el('identity', { category: 'pubsub', type: 'service', name: 'Nodes' })
  return reply(infoElement(identity, pubsub.modules.features('server')))
}

function isAboutHeaders(request: Stanza): boolean {
  return request.child('query', NS.discoInfo)?.attrs.node === NS.shim
}

/** §5.2. To count nodes takes the longer the more there are, and anybody may ask. */
function serviceItems(request: Stanza, iq: NodeIq): Outcome | Promise<Outcome> {
  const { pubsub, from, asker: who } = iq
  if (who && !isStranger(who)) return accountItems(iq, who)
  // Anybody may invent users of his own domain.
  const asker = pubsub.hosts.isLocalUser(from) ? bareOf(from) : domainOf(from)
  const listed = pubsub.listings.run(asker, () => (who ? accountItems(iq, who) : listNodes(request, iq)))
  if (listed) return listed
  pubsub.events.listingRefused()
  return refuse(stanzaError('resource-constraint', { text: 'too many such requests' }))
}

/** The nodes that the asker may know of. */
function listNodes(request: Stanza, { pubsub, service, from }: NodeIq): Promise<Outcome> {
  const asker = bareOf(from)
  const { nodes } = pubsub.store
  return answerPage(request, service, {
    list: (page) => nodes.list(service, asker, page),
    count: () => nodes.count(service, asker),
  })
}

interface Listing {
  readonly list: (page: RsmRequest) => Promise<readonly ListedNode[]>
  readonly count: () => Promise<number | undefined>
}

async function answerPage(request: Stanza, service: BareJid, { list, count: countAll }: Listing): Promise<Outcome> {
  const query = request.child('query', NS.discoItems)
  const set = query?.getChild('set', NS.rsm) as Element | undefined
  const page = set ? readRsm(set) : {}
  if (!page) return refuse(stanzaError('bad-request'))
  const nodes = await list(page)
  const isPage = set !== undefined || nodes.length === NODES_AT_ONCE
  const count = isPage ? await countAll() : nodes.length
  const items = nodes.map(({ node, title }) =>
    el('item', { jid: service, node, name: title === '' ? undefined : title }),
  )
  const rsm = rsmElement({ first: nodes[0]?.node, last: nodes.at(-1)?.node, count })
  const isPart = set || count === undefined || nodes.length < count
  return reply(el('query', { xmlns: NS.discoItems, node: query?.attrs.node }, items, isPart ? rsm : null))
}

/** §5.3, §5.4 */
async function nodeInfo(iq: ItemIq): Promise<Outcome> {
  // As of an account that isn't there (XEP-0030 §8).
  if (await closedTo(iq)) return refuse(stanzaError('service-unavailable'))
  if (!(await isKnownTo(iq))) return refuse(stanzaError('item-not-found'))
  const { pubsub, node } = iq
  const { id, config, creator, created } = node.about
  const { people } = pubsub.store
  const named = async (affiliation: 'owner' | 'publisher') =>
    (await people.affiliates(id, { max: PEOPLE_NAMED, affiliation })).map(({ jid }) => jid)
  const state = {
    ...{ creator, created },
    owners: await named('owner'),
    publishers: await named('publisher'),
    subscribers: await people.countSubscribers(id),
  }
  const identity = el('identity', {
    category: 'pubsub',
    type: config.nodeType,
    name: config.title === '' ? undefined : config.title,
  })
  const form = formElement(metaData(config, state))
  return reply(infoElement(identity, pubsub.modules.features('item'), form, node.name))
}

/** §5.5: names of items are for those who may read them; so are those of the nodes in a collection (XEP-0248 §5.2). */
async function nodeItems(request: Stanza, iq: ItemIq): Promise<Outcome> {
  if (await closedTo(iq)) return reply(el('query', { xmlns: NS.discoItems, node: iq.node.name }))
  if (!(await isKnownTo(iq))) return refuse(stanzaError('item-not-found'))
  const { pubsub, node, service } = iq
  const { id, config } = node.about
  const isOpen = !refusedReading(config, await standingOf(iq))
  if (isOpen && config.nodeType === 'collection') return listChildren(request, iq)
  const mayRead = isOpen && config.persistItems
  const max = Math.min(config.maxItems ?? ITEMS_MAX, ITEMS_LISTED)
  const ids = mayRead ? await pubsub.store.items.ids(id, { since: node.expired, max }) : []
  const items = ids.map((name) => el('item', { jid: service, name }))
  return reply(el('query', { xmlns: NS.discoItems, node: node.name }, items))
}

function listChildren(request: Stanza, { pubsub, node, service, from }: ItemIq): Promise<Outcome> {
  const asker = bareOf(from)
  const { id } = node.about
  const { collections } = pubsub.store
  return answerPage(request, service, {
    list: (page) => collections.list(id, asker, page),
    count: () => collections.count(id, asker),
  })
}

/** A node with a whitelist is there for those on it, one of an account for those who may read it (XEP-0163 §6). */
async function isKnownTo(iq: ItemIq): Promise<boolean> {
  if (iq.node.details === 'absent') return false
  if (iq.asker) return !refusedReading(iq.node.about.config, await standingOf(iq))
  if (iq.node.about.config.accessModel !== 'whitelist') return true
  const { affiliation } = await standingOf(iq)
  return affiliation !== 'none' && affiliation !== 'outcast'
}

function infoElement(identity: Element | null, features: readonly string[], form?: Element, node?: string): Element {
  const all = features.map((feature) => el('feature', { var: feature }))
  return el('query', { xmlns: NS.discoInfo, node }, identity, all, form)
}
