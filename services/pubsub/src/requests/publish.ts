import { createHash, randomUUID } from 'node:crypto'
import { bareOf } from '@heliograph/jid'
import { type Outcome, refuse } from '@heliograph/module'
import { el, type Form, NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { pubsubError, unsupported } from '../access/errors.ts'
import { mayPublish, onlyOwnItems } from '../access/rules.ts'
import { optionsAsConfig, unmetOption } from '../forms/config-form.ts'
import type { NodeConfig } from '../forms/node-config.ts'
import { ITEMS_MAX } from '../forms/node-fields.ts'
import { isLost } from '../node/until-available.ts'
import { itemsXml, itemXml, payloadXml } from '../notify/item-xml.ts'
import { takeSequences, tellAll } from '../notify/tell.ts'
import type { Done, NewItem } from '../store/stored.ts'
import { makeNode } from './create.ts'
import type { ItemIq } from './node-iq.ts'
import { childrenOf, formIn, isError, type Operation, standingOf, toldOf } from './operation.ts'

/** Longer ids don't fit an index. */
const ID_BYTES = 1_000
/** Items beyond the limit that may be left a while: to remove one costs as much as to store one. */
const UNTRIMMED = 16
const NOTHING = Buffer.alloc(0)

/** XEP-0060 §7.1. Acknowledged when stored; the sender keeps the request until every subscriber's owner has the news. */
export const publish: Operation = {
  ofAbsent: true,
  isTold: true,
  async handle(iq, { element, pubsub: around }): Promise<Outcome> {
    const options = formIn(childrenOf(around, 'publish-options')[0])
    if (isError(options)) return refuse(options)
    const unready = await prepare(iq, options)
    if (unready) return refuse(unready)
    const { config } = iq.node.about
    const read = readItems(iq, childrenOf(element, 'item'), config)
    if (isError(read)) return refuse(read)
    const done = await store(iq, read)
    if (isError(done)) return refuse(done)
    const ids = read.map(({ id }) => el('item', { id }))
    iq.answerNow(el('pubsub', { xmlns: NS.pubsub }, el('publish', { node: iq.node.name }, ids)))
    await tellOf(iq, read, done)
    return { kind: 'answered' }
  },
}

/** The node is there, meets the options, and lets the sender publish: else why not. */
async function prepare(iq: ItemIq, options: Form | undefined): Promise<StanzaError | undefined> {
  if (options && (options.type !== 'submit' || options.formType !== NS.pubsubPublishOptions))
    return stanzaError('bad-request', { text: 'these are no publish-options' })
  if (iq.node.details === 'absent') {
    // §7.1.4
    const read = optionsAsConfig(options ?? { type: 'submit', fields: [] }, iq.node.home)
    if ('problem' in read) return pubsubError('precondition-not-met', { text: read.problem })
    return makeNode(iq, read.config)
  }
  const { config } = iq.node.about
  // §7.1.3
  if (config.nodeType === 'collection') return unsupported('publish')
  if (!mayPublish(config, await standingOf(iq))) return stanzaError('forbidden')
  const unmet = options && unmetOption(options, config)
  return unmet === undefined ? undefined : pubsubError('precondition-not-met', { text: `${unmet} is otherwise` })
}

/** §7.1.3: what is to be stored, or why it can't be. */
function readItems(iq: ItemIq, elements: readonly Element[], config: NodeConfig): NewItem[] | StanzaError {
  const { persistItems, deliverPayloads, maxPayloadSize, maxItems = ITEMS_MAX } = config
  const needsItem = persistItems || deliverPayloads
  if (needsItem && elements.length === 0) return pubsubError('item-required')
  if (!needsItem && elements.length > 0) return pubsubError('item-forbidden')
  // §12.7
  if (elements.length > maxItems) return pubsubError('max-items-exceeded')
  const items: NewItem[] = []
  const first = takeSequences(iq.pubsub, iq.node, Math.max(1, elements.length))
  for (const [at, element] of elements.entries()) {
    const payloads = element.getChildElements() as Element[]
    if (payloads.length > 1) return pubsubError('invalid-payload')
    // §7.1.3.6
    if (payloads.length === 0 && deliverPayloads) return pubsubError('payload-required')
    const payload = payloads[0] ? payloadXml(payloads[0]) : NOTHING
    if (payload.length > maxPayloadSize) return pubsubError('payload-too-big')
    const id = element.attrs.id || madeId(iq, at)
    if (Buffer.byteLength(id) > ID_BYTES) return stanzaError('bad-request', { text: 'the id of an item is too long' })
    items.push({ id, payload, sequence: first + at })
  }
  if (new Set(items.map(({ id }) => id)).size < items.length)
    return stanzaError('bad-request', { text: 'two items have the same id' })
  return items
}

/** The same for the same request, should that come again. */
function madeId({ node, stream, count }: ItemIq, at: number): string {
  if (stream === '') return randomUUID()
  return createHash('sha256').update(`item ${node.key} ${stream} ${count} ${at}`).digest('base64url').slice(0, 22)
}

/** Nothing where there are no items. */
async function store(iq: ItemIq, items: readonly NewItem[]): Promise<Done | undefined | StanzaError> {
  const { pubsub: context, node, from, stream, count } = iq
  const { id, config } = node.about
  const last = items.at(-1)
  const events = toldOf(iq, { type: 'published', items })
  if (!config.persistItems) {
    if (events.length === 0) return last && { isKnown: false, sequence: last.sequence }
    const sequence = last?.sequence ?? takeSequences(context, node)
    const passed = await context.store.items.pass(id, { stream, count, sequence, events })
    context.bridge.committed(node)
    return passed
  }
  const onlyOwn = onlyOwnItems(await standingOf(iq), 'replace')
  const stored = await context.store.items.put(id, items, { publisher: bareOf(from), stream, count, onlyOwn, events })
  if (!stored) return stanzaError('forbidden', { text: 'somebody else published an item with this id' })
  if (events.length > 0) context.bridge.committed(node)
  trimSoon(iq, items.length)
  return stored
}

/** The publisher has his answer, so what goes wrong here isn't told to him. */
async function tellOf(iq: ItemIq, items: readonly NewItem[], done: Done | undefined): Promise<void> {
  const { pubsub: context, node, hold, trace } = iq
  const { config } = node.about
  if (!done?.isKnown) context.events.published(items.length)
  if (!config.deliverNotifications) return
  try {
    const told = done?.isKnown ? await stillPublished(iq, items, done) : items
    if (items.length > 0 && told.length === 0) return
    const event = itemsXml(node.name, told.map((item) => itemXml(item, config.deliverPayloads)).join(''))
    await tellAll(context, node, { event, trace, ...(done && { sequence: done.sequence }) }, hold())
  } catch (error) {
    if (isLost(error)) throw error
    context.log.error('subscribers_not_told', { node: node.key, error })
  }
}

/** When something newer was told since the first time, then not what that replaced or removed. */
async function stillPublished(
  { pubsub, node, stream, count }: ItemIq,
  items: readonly NewItem[],
  { sequence }: Done,
): Promise<readonly NewItem[]> {
  // What an account's contacts were told has no sequence by which they would know it.
  if (sequence > node.lastTold && node.home === 'service') return items
  const ids = items.map(({ id }) => id)
  const still = await pubsub.store.items.stillPublished(node.about.id, ids, { stream, count, sequence })
  return items.filter(({ id }) => still.has(id))
}

/** After the answer, and not each time: what is beyond the limit isn't shown meanwhile. */
function trimSoon({ pubsub: context, node }: ItemIq, added: number): void {
  const { id, config } = node.about
  const most = config.maxItems ?? ITEMS_MAX
  node.untrimmed += added
  if (node.untrimmed < Math.max(UNTRIMMED, most / 100)) return
  node.untrimmed = 0
  node.mailbox.pushBeyond(async () => {
    try {
      await context.store.items.trim(id, most)
    } catch (error) {
      context.log.warn('node_not_trimmed', { node: node.key, error })
    }
  })
}
