import { bareOf, type Jid, trusted } from '@heliograph/jid'
import { NS, readForm, type Stanza } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import { refuse } from '../arrived.ts'
import type { PubsubContext } from '../context.ts'
import { readAuthorization } from '../forms/authorization-form.ts'
import type { Node } from '../node/node.ts'
import { tellLastItem } from '../notify/last-item.ts'
import { tell } from '../notify/tell.ts'
import { standingOf } from './operation.ts'

/** An owner decides on a subscription that waits (XEP-0060 §8.6). */
export async function authorize(context: PubsubContext, node: Node, stanza: Stanza): Promise<void> {
  const form = stanza.child('x', NS.dataForms)
  const verdict = readAuthorization(form && readForm(form))
  if (!verdict) return
  if (node.details === 'absent') return refuse(context, node, stanza, 'item-not-found')
  const from = trusted<Jid>(stanza.from!)
  const { affiliation } = await standingOf({ pubsub: context, node, from, asker: undefined })
  if (affiliation !== 'owner') return refuse(context, node, stanza, 'forbidden')
  const { id } = node.about
  const { subscriptions } = await context.store.people.standing(id, bareOf(verdict.jid))
  const waiting = subscriptions.find(({ jid, subid }) => jid === verdict.jid && subid === (verdict.subid ?? subid))
  // Another owner was faster, or it isn't wanted any more.
  if (waiting?.state !== 'pending') return
  if (verdict.allow) await context.store.people.subscribe(id, { ...waiting, state: 'subscribed' })
  else await context.store.people.unsubscribe(id, [verdict.jid])
  node.peopleChanged()
  tellState(context, node, { jid: verdict.jid, state: verdict.allow ? 'subscribed' : 'none' })
  if (verdict.allow && waiting.deliver) await tellLastItem(context, node, verdict.jid)
}

/** §12.10: what became of a subscription that somebody else decided on. */
export function tellState(
  context: PubsubContext,
  node: Node,
  {
    jid,
    state,
    told,
  }: { readonly jid: Jid; readonly state: 'subscribed' | 'pending' | 'none'; readonly told?: () => void },
): void {
  const [name, address] = [node.name, jid].map(escapeAttribute)
  tell(context, node, [jid], { event: `<subscription node='${name}' jid='${address}' subscription='${state}'/>` }, told)
}
