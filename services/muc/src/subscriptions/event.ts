import type { BareJid } from '@heliograph/jid'
import { el, NS, Stanza, stanza } from '@heliograph/stanza'
import { isSubjectChange } from '../archive/fate.ts'
import type { SubscribedNode, Subscription } from '../store/stored-room.ts'

const EVENT = `{${NS.pubsubEvent}}event`
const STORE = `{${NS.hints}}store`

const nameOf = (node: string): string => `${NS.mucSub}:nodes:${node}`

/** The node under which subscribers are told of a message to all. */
export const nodeOf = (message: Stanza): SubscribedNode => (isSubjectChange(message) ? 'subject' : 'messages')

/** The node of that name; undefined of those that aren't told here. */
export function nodeNamed(name: string | undefined, known: readonly SubscribedNode[]): SubscribedNode | undefined {
  return known.find((node) => nameOf(node) === name)
}

export const eventElements = (nodes: readonly SubscribedNode[]) =>
  nodes.map((node) => el('event', { node: nameOf(node) }))

/** A message to all as subscribers get it who aren't there. To be stored: it waits for them. */
export function eventOf(room: BareJid, { id, stanza: said }: { readonly id: number; readonly stanza: Stanza }): Stanza {
  // Without `xmlns` it would be one of the event's.
  const message = said.toString().replace(/^<message/, `<message xmlns='${NS.client}'`)
  const items = `<items node='${nameOf(nodeOf(said))}'><item id='${id}'>${message}</item></items>`
  const payload = `<event xmlns='${NS.pubsubEvent}'>${items}</event><store xmlns='${NS.hints}'/>`
  return new Stanza({
    name: 'message',
    from: room,
    id: String(id),
    payload: Buffer.from(payload),
    children: [EVENT, STORE],
  })
}

/** Tells somebody that he follows the room no more. */
export function endedStanza(room: BareJid, { jid, nick }: Subscription): Stanza {
  const ended = el('unsubscribe', { xmlns: NS.mucSub, jid, nick })
  const items = el('items', { node: nameOf('subscribers') }, el('item', null, ended))
  return stanza(
    'message',
    { from: room, to: jid },
    el('event', { xmlns: NS.pubsubEvent }, items),
    el('store', { xmlns: NS.hints }),
  )
}
