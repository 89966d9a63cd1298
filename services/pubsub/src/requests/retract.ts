import { bareOf } from '@heliograph/jid'
import { type Outcome, refuse, reply } from '@heliograph/module'
import { stanzaError } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import { pubsubError, unsupported } from '../access/errors.ts'
import { mayPublish, onlyOwnItems } from '../access/rules.ts'
import { itemsXml } from '../notify/item-xml.ts'
import { takeSequences, tellAll } from '../notify/tell.ts'
import type { Done } from '../store/stored.ts'
import type { ItemIq } from './node-iq.ts'
import { childrenOf, type Operation, standingOf, toldOf } from './operation.ts'

/** XEP-0060 §7.2 */
export const retract: Operation = {
  isTold: true,
  async handle(iq, { element }): Promise<Outcome> {
    const { pubsub: context, node, from } = iq
    const { id, config } = node.about
    const standing = await standingOf(iq)
    if (!mayPublish(config, standing)) return refuse(stanzaError('forbidden'))
    const ids = [...new Set(childrenOf(element, 'item').map(({ attrs }) => attrs.id ?? ''))]
    if (ids.length === 0 || ids.includes('')) return refuse(pubsubError('item-required'))
    if (!config.persistItems) return refuse(unsupported('persistent-items'))
    const publisher = onlyOwnItems(standing, 'retract') ? bareOf(from) : undefined
    const events = toldOf(iq, { type: 'retracted', items: ids.map((each) => ({ id: each })) })
    const request = { stream: iq.stream, count: iq.count, publisher, sequence: takeSequences(context, node), events }
    const done = await context.store.items.retract(id, ids, request)
    if (events.length > 0) context.bridge.committed(node)
    if (done === 'not-found') return refuse(stanzaError('item-not-found'))
    if (done === 'foreign') return refuse(stanzaError('forbidden'))
    const { notify } = element.attrs
    if (config.notifyRetract || notify === 'true' || notify === '1') await tellRetracted(iq, ids, done)
    return reply()
  },
}

async function tellRetracted(iq: ItemIq, ids: readonly string[], { isKnown, sequence }: Done): Promise<void> {
  const { pubsub: context, node, hold, trace } = iq
  let gone = ids
  if (isKnown && sequence <= node.lastTold) {
    // Something newer was told since: not what was published anew.
    const present = await context.store.items.byIds(node.about.id, ids, 0)
    gone = ids.filter((each) => !present.some((item) => item.id === each))
    if (gone.length === 0) return
  }
  const event = itemsXml(node.name, gone.map((each) => `<retract id='${escapeAttribute(each)}'/>`).join(''))
  await tellAll(context, node, { event, trace, sequence }, hold())
}
