import { type Outcome, refuse } from '@heliograph/module'
import { NS, type RsmRequest, readRsm, rsmElement, type StanzaError, stanzaError } from '@heliograph/stanza'
import { type Element, serialize } from '@heliograph/xml'
import { pubsubError, unsupported } from '../access/errors.ts'
import { refusedReading } from '../access/rules.ts'
import type { Standing } from '../access/standing.ts'
import { ITEMS_MAX } from '../forms/node-fields.ts'
import { itemsXml, itemXml } from '../notify/item-xml.ts'
import type { Item } from '../store/stored.ts'
import type { ItemIq } from './node-iq.ts'
import { type Asked, childrenOf, type Operation, standingOf } from './operation.ts'

const IDS_MAX = 100

/** XEP-0060 §6.5 */
export const retrieve: Operation = {
  async handle(iq, asked): Promise<Outcome> {
    const { config } = iq.node.about
    const standing = await standingOf(iq)
    const refused = refusedReading(config, standing) ?? badSubid(asked.element, standing)
    if (refused) return refuse(refused)
    // §6.5.9
    if (config.nodeType === 'collection') return refuse(unsupported('retrieve-items'))
    if (!config.persistItems) return refuse(unsupported('persistent-items'))
    const ids = childrenOf(asked.element, 'item').map(({ attrs }) => attrs.id ?? '')
    return ids.length > 0 ? byIds(iq, ids) : page(iq, asked)
  },
}

function badSubid(element: Element, standing: Standing): StanzaError | undefined {
  const { subid } = element.attrs
  const isKnown = subid === undefined || standing.subscriptions.some((each) => each.subid === subid)
  return isKnown ? undefined : pubsubError('invalid-subid')
}

async function byIds(iq: ItemIq, ids: readonly string[]): Promise<Outcome> {
  if (ids.length > IDS_MAX) return refuse(stanzaError('bad-request', { text: `ask for ${IDS_MAX} items at most` }))
  const { pubsub: context, node } = iq
  const { id, config } = node.about
  const { items } = context.store
  const most = config.maxItems ?? ITEMS_MAX
  // Maybe there are more than it keeps.
  const since = node.untrimmed > 0 ? await items.floor(id, most, node.expired) : node.expired
  const found = await items.byIds(id, ids, since)
  // §6.5.9.11: of several those that are there.
  if (found.length === 0) return refuse(stanzaError('item-not-found'))
  return answer(node.name, fitting(found, context.config.pageBytes))
}

async function page(iq: ItemIq, { element, pubsub: around }: Asked): Promise<Outcome> {
  const { pubsub: context, node } = iq
  const asked = pageAsked(element, around)
  if (asked === undefined) return refuse(stanzaError('bad-request'))
  const { id, config } = node.about
  const most = config.maxItems ?? ITEMS_MAX
  const found = await context.store.items.page(id, { page: asked.page, since: node.expired, most })
  if (!found) return refuse(stanzaError('item-not-found'))
  const { pageBytes } = context.config
  const isForward = asked.page.after !== undefined || asked.page.index !== undefined
  const items = isForward ? fitting(found.items, pageBytes) : fitting(found.items.toReversed(), pageBytes).reverse()
  const firstIndex = found.index + (isForward ? 0 : found.items.length - items.length)
  // §6.5.4: also who didn't ask for pages is told when this isn't all.
  const isPart = asked.isPaged || items.length < Math.min(found.count, asked.page.max ?? Number.MAX_SAFE_INTEGER)
  const rest = { first: items[0]?.id, last: items.at(-1)?.id, firstIndex: items.length > 0 ? firstIndex : undefined }
  return answer(node.name, items, isPart ? serialize(rsmElement({ ...rest, count: found.count })) : '')
}

/** Undefined: bad. `max_items` (§6.5.7) asks for the last ones. */
function pageAsked(element: Element, around: Element): { page: RsmRequest; isPaged: boolean } | undefined {
  const set = around.getChild('set', NS.rsm) as Element | undefined
  const page = set && readRsm(set)
  if (set && !page) return undefined
  const most = element.attrs.max_items
  if (most === undefined) return { page: page ?? {}, isPaged: set !== undefined }
  if (!/^[1-9]\d{0,8}$/.test(most)) return undefined
  const max = Math.min(Number(most), page?.max ?? Number.MAX_SAFE_INTEGER)
  return { page: { ...page, max }, isPaged: set !== undefined }
}

/** As many of the first as fit an answer; always one. */
function fitting(items: readonly Item[], bytes: number): Item[] {
  let room = bytes
  return items.filter(({ payload, id }, at) => {
    room -= payload.length + id.length
    return at === 0 || room >= 0
  })
}

function answer(node: string, items: readonly Item[], more = ''): Outcome {
  const inside = items.map((item) => itemXml(item)).join('')
  return {
    kind: 'raw',
    xml: `<pubsub xmlns='${NS.pubsub}'>${itemsXml(node, inside)}${more}</pubsub>`,
    name: `{${NS.pubsub}}pubsub`,
  }
}
