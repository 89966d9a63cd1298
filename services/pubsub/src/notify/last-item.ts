import type { Jid } from '@heliograph/jid'
import type { PubsubContext } from '../context.ts'
import type { Node } from '../node/node.ts'
import { delayXml, itemsXml, itemXml } from './item-xml.ts'
import { tell } from './tell.ts'

/** XEP-0060 §6.1.7: a new subscriber is sent the last item. */
export async function tellLastItem(context: PubsubContext, node: Node, to: Jid): Promise<void> {
  const { id, config } = node.about
  if (config.sendLastItem === 'never' || !config.persistItems || !config.deliverNotifications) return
  const item = await context.store.items.last(id, node.expired)
  if (!item) return
  const event = itemsXml(node.name, itemXml(item, config.deliverPayloads))
  tell(context, node, [to], { event, more: delayXml(item) })
}
