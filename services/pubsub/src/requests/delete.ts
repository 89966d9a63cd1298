import { type Outcome, refuse, reply } from '@heliograph/module'
import { stanzaError } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import { unsupported } from '../access/errors.ts'
import { ITEMS_MAX } from '../forms/node-fields.ts'
import { itemsXml, itemXml } from '../notify/item-xml.ts'
import { takeSequences, tellAll } from '../notify/tell.ts'
import type { Done } from '../store/stored.ts'
import type { ItemIq } from './node-iq.ts'
import { childrenOf, isOwner, type Operation, toldOf } from './operation.ts'

/** XEP-0060 §8.4 */
export const deleteNode: Operation = {
  ofAbsent: true,
  isTold: true,
  async handle(iq, { element }): Promise<Outcome> {
    const { pubsub: context, node } = iq
    const redirect = childrenOf(element, 'redirect')[0]
    const uri = redirect?.attrs.uri
    const inside = uri ? `<redirect uri='${escapeAttribute(uri)}'/>` : ''
    const event = `<delete node='${escapeAttribute(node.name)}'>${inside}</delete>`
    const former = await context.store.nodes.destroyedBy(node.service, iq)
    if (former) {
      // Its name may be another node's by now.
      const present = node.details
      node.details = former.node
      await tellDeleted(iq, event, former.sequence).finally(() => becomes(iq, present))
      return reply()
    }
    if (node.details === 'absent') return refuse(stanzaError('item-not-found'))
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    if (redirect !== undefined && !uri) return refuse(stanzaError('bad-request', { text: 'a redirect needs a URI' }))
    const sequence = takeSequences(context, node)
    const events = toldOf(iq, { type: 'deleted' })
    await context.store.nodes.destroy(node.about.id, iq, sequence, events)
    if (events.length > 0) context.bridge.committed(node)
    await tellDeleted(iq, event, sequence)
    becomes(iq, 'absent')
    return reply()
  },
}

/** What it had is removed a while later: its subscribers can still be read. */
async function tellDeleted({ pubsub: context, node, trace, hold }: ItemIq, event: string, sequence: number) {
  node.peopleChanged()
  if (node.about.config.notifyDelete) await tellAll(context, node, { event, trace, sequence, of: 'nodes' }, hold())
}

function becomes({ node }: ItemIq, details: ItemIq['node']['details']): void {
  node.details = details
  node.peopleChanged()
}

/** §8.5 */
export const purge: Operation = {
  isTold: true,
  async handle(iq): Promise<Outcome> {
    const { pubsub: context, node } = iq
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const { id, config } = node.about
    if (!config.persistItems) return refuse(unsupported('persistent-items'))
    const events = toldOf(iq, { type: 'purged' })
    const done = await context.store.items.purgeBy(id, iq, takeSequences(context, node), events)
    if (events.length > 0) context.bridge.committed(node)
    if (config.notifyRetract) await tellPurged(iq, done)
    return reply()
  },
}

async function tellPurged(iq: ItemIq, { isKnown, sequence }: Done): Promise<void> {
  const { pubsub: context, node, trace, hold } = iq
  const isLate = isKnown && sequence <= node.lastTold && !node.tellings.has(sequence)
  await tellAll(context, node, { event: `<purge node='${escapeAttribute(node.name)}'/>`, trace, sequence }, hold())
  if (!isLate) return
  // Something newer was told since, and to its receivers that has gone, too: what is there is told once more.
  const { id, config } = node.about
  const page = await context.store.items.page(id, { page: {}, since: node.expired, most: config.maxItems ?? ITEMS_MAX })
  if (!page || page.items.length === 0 || !config.deliverNotifications) return
  const items = page.items.map((item) => itemXml(item, config.deliverPayloads)).join('')
  await tellAll(context, node, { event: itemsXml(node.name, items), trace }, hold())
}
