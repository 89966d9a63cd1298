import { randomUUID } from 'node:crypto'
import { codecs, type Envelope, type InstanceId } from '@heliograph/bus'
import { isUnavailable } from '@heliograph/database'
import { type BareJid, bareOf, type Jid, trusted } from '@heliograph/jid'
import { NS, Stanza } from '@heliograph/stanza'
import { say } from '../arrived.ts'
import type { PubsubContext } from '../context.ts'
import { delayXml, itemsXml, itemXml } from '../notify/item-xml.ts'
import type { LastItem } from '../store/last-items.ts'

/** So many clients may wait for others' turns. */
const WAITING_MAX = 10_000

/**
 * A client has come that wants to hear of some nodes: it is sent their last items, of its own account and of those whose presence it sees
 * (XEP-0163 §4.3.4). One query, by whichever instance is asked: it asks nothing of the nodes' owners.
 */
export async function greet(context: PubsubContext, envelope: Envelope, from: InstanceId): Promise<void> {
  const taken = () => context.router.receipt(from, envelope.transfer)
  const { client, account } = codecs.interest.decode(envelope.body ?? new Uint8Array())
  const nodes = envelope.recipients ?? []
  if (client === '' || nodes.length === 0) return taken()
  if (context.greetings.waiting >= WAITING_MAX) {
    context.events.full()
    return taken()
  }
  try {
    const wish = { client: trusted<Jid>(client), nodes, account: account as BareJid | '' }
    const items = await context.greetings.run(() => context.store.lastItems.of(wish))
    let room = context.config.pageBytes
    for (const item of items) {
      room -= item.payload.length
      if (room < 0) break
      const speaker = { service: item.service, partition: envelope.partition }
      say(context, speaker, messageOf(item, wish.client))
    }
  } catch (error) {
    if (isUnavailable(error)) context.log.warn('last_items_not_told', { jid: bareOf(trusted(client)) })
    else context.log.error('last_items_failed', { error })
  }
  taken()
}

function messageOf(item: LastItem, to: Jid): Stanza {
  const { service, node, type } = item
  const event = itemsXml(node, itemXml(item, item.withPayload))
  const delay = delayXml(item)
  return new Stanza({ name: 'message', type, id: randomUUID(), from: service, to })
    .append(`<event xmlns='${NS.pubsubEvent}'>${event}</event>`, `{${NS.pubsubEvent}}event`)
    .append(delay.xml, delay.name)
}
