import { bareOf } from '@heliograph/jid'
import { type Outcome, reply } from '@heliograph/module'
import { el, NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { SubscriptionOf } from '../store/stored.ts'
import type { NodeIq } from './node-iq.ts'
import { type Operation, standingOf } from './operation.ts'

/** XEP-0060 §5.6: at all nodes of the service. */
export async function ownSubscriptions({ pubsub, service, from }: NodeIq): Promise<Outcome> {
  const all = await pubsub.store.people.subscriptionsOf(service, bareOf(from))
  return reply(el('pubsub', { xmlns: NS.pubsub }, el('subscriptions', null, all.map(subscriptionElement))))
}

/** §5.6: at one node. */
export const ownSubscriptionsHere: Operation = {
  async handle(iq): Promise<Outcome> {
    const node = iq.node.name
    const { subscriptions } = await standingOf(iq)
    const all = subscriptions.map((each) => subscriptionElement({ ...each, node }))
    return reply(el('pubsub', { xmlns: NS.pubsub }, el('subscriptions', { node }, all)))
  },
}

/** §5.7: at all nodes of the service. */
export async function ownAffiliations({ pubsub, service, from }: NodeIq): Promise<Outcome> {
  const all = await pubsub.store.people.affiliationsOf(service, bareOf(from))
  const items = all.map(({ node, affiliation }) => el('affiliation', { node, affiliation }))
  return reply(el('pubsub', { xmlns: NS.pubsub }, el('affiliations', null, items)))
}

/** §5.7: at one node. */
export const ownAffiliationHere: Operation = {
  async handle(iq): Promise<Outcome> {
    const node = iq.node.name
    const { affiliation } = await standingOf(iq)
    const items = affiliation === 'none' ? [] : [el('affiliation', { node, affiliation })]
    return reply(el('pubsub', { xmlns: NS.pubsub }, el('affiliations', { node }, items)))
  },
}

function subscriptionElement({ node, jid, subid, state }: SubscriptionOf): Element {
  return el('subscription', { node, jid, subid, subscription: state })
}
