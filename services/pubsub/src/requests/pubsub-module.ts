import { defineModule, type Outcome, onGet, onSet, refuse } from '@heliograph/module'
import { NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { pubsubError } from '../access/errors.ts'
import { isStranger } from '../account/asker.ts'
import { closedTo, presenceRequired } from '../account/closed.ts'
import { changeCollection } from './collection.ts'
import { defaultConfiguration, getConfiguration, setConfiguration } from './configure.ts'
import { create } from './create.ts'
import { deleteNode, purge } from './delete.ts'
import { listAffiliations, setAffiliations } from './manage-affiliations.ts'
import { listSubscriptions, setSubscriptions } from './manage-subscriptions.ts'
import { type NodeIq, ofNode } from './node-iq.ts'
import type { Operation } from './operation.ts'
import { ownAffiliationHere, ownAffiliations, ownSubscriptions, ownSubscriptionsHere } from './own.ts'
import { publish } from './publish.ts'
import { retract } from './retract.ts'
import { retrieve } from './retrieve.ts'
import { defaultOptions, getOptions, setOptions, subscribe, unsubscribe } from './subscribe.ts'

const USER = `{${NS.pubsub}}pubsub`
const OWNER = `{${NS.pubsubOwner}}pubsub`

/** What can be asked of a node, by type of request, payload, and the element in that. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  [`set ${USER} create`]: create,
  [`set ${USER} publish`]: publish,
  [`set ${USER} retract`]: retract,
  [`set ${USER} subscribe`]: subscribe,
  [`set ${USER} unsubscribe`]: unsubscribe,
  [`get ${USER} options`]: getOptions,
  [`set ${USER} options`]: setOptions,
  [`get ${USER} default`]: { handle: ({ node }) => defaultOptions(node.name, node.about.config.nodeType) },
  [`get ${USER} items`]: retrieve,
  [`get ${USER} subscriptions`]: ownSubscriptionsHere,
  [`get ${USER} affiliations`]: ownAffiliationHere,
  [`get ${OWNER} configure`]: getConfiguration,
  [`set ${OWNER} configure`]: setConfiguration,
  [`set ${OWNER} delete`]: deleteNode,
  [`set ${OWNER} purge`]: purge,
  [`set ${OWNER} collection`]: changeCollection,
  [`get ${OWNER} subscriptions`]: listSubscriptions,
  [`set ${OWNER} subscriptions`]: setSubscriptions,
  [`get ${OWNER} affiliations`]: listAffiliations,
  [`set ${OWNER} affiliations`]: setAffiliations,
}

/** What can be asked of the service as a whole. */
const OF_SERVICE: Readonly<Record<string, (iq: NodeIq, element: Element) => Outcome | Promise<Outcome>>> = {
  [`get ${USER} subscriptions`]: ownSubscriptions,
  [`get ${USER} affiliations`]: ownAffiliations,
  [`get ${USER} default`]: () => defaultOptions(),
  [`get ${OWNER} default`]: ({ asker }, { attrs }) =>
    defaultConfiguration(asker ? 'account' : 'service', attrs.type === 'collection' ? 'collection' : 'leaf'),
  // XEP-0248 §7.4.3.1
  [`set ${OWNER} delete`]: () => refuse(stanzaError('not-allowed')),
}

const FEATURES = [
  'access-authorize',
  'access-open',
  'access-whitelist',
  'auto-create',
  'collections',
  'config-node',
  'config-node-max',
  'create-and-configure',
  'create-nodes',
  'delete-items',
  'delete-nodes',
  'instant-nodes',
  'item-ids',
  'last-published',
  'leased-subscription',
  'manage-subscriptions',
  'member-affiliation',
  'meta-data',
  'modify-affiliations',
  'multi-collection',
  'multi-collections',
  'multi-items',
  'outcast-affiliation',
  'owner',
  'persistent-items',
  'publish',
  'publish-only-affiliation',
  'publish-options',
  'publisher-affiliation',
  'purge-nodes',
  'retract-items',
  'retrieve-affiliations',
  'retrieve-default',
  'retrieve-default-sub',
  'retrieve-items',
  'retrieve-subscriptions',
  'subscribe',
  'subscription-notifications',
  'subscription-options',
].map((feature) => `${NS.pubsub}#${feature}`)

export const pubsubModule = defineModule<NodeIq>({
  name: 'pubsub',
  xeps: [
    {
      number: '0060',
      version: '1.30.0',
      note: 'not: several subscriptions of one address',
    },
    { number: '0131', version: '1.2', note: 'only: the header Collection, to subscribers of collections' },
    {
      number: '0248',
      version: '0.5.0',
      note: 'not: items of all nodes of a collection at once, a subscription to the collection of all nodes, collections of accounts',
    },
  ],
  features: { server: [NS.pubsub, NS.shim, ...FEATURES], item: [NS.pubsub, NS.pubsubOwner] },
  iq: [USER, OWNER].flatMap((payload) => [
    onGet<NodeIq>('server', payload, askService),
    onSet<NodeIq>('server', payload, askService),
    onGet<NodeIq>('item', payload, askNode),
    onSet<NodeIq>('item', payload, askNode),
  ]),
})

function askService(request: Stanza, iq: NodeIq): Outcome | Promise<Outcome> {
  if (isStranger(iq.asker)) return refuse(presenceRequired())
  const { key, element } = operationOf(request)
  if (element === undefined) return refuse(stanzaError('bad-request'))
  const answer = OF_SERVICE[key]
  if (answer) return answer(iq, element)
  return key in OPERATIONS ? refuse(pubsubError('nodeid-required')) : refuse(stanzaError('bad-request'))
}

async function askNode(request: Stanza, iq: NodeIq): Promise<Outcome> {
  const asked = ofNode(iq)
  const closed = await closedTo(asked)
  if (closed) return refuse(closed)
  const { key, element, pubsub } = operationOf(request)
  if (element === undefined) return refuse(stanzaError('bad-request'))
  const operation = OPERATIONS[key]
  if (!operation) return refuse(stanzaError('bad-request'))
  if (asked.node.details === 'absent' && !operation.ofAbsent) return refuse(stanzaError('item-not-found'))
  // Nothing happens that couldn't be told.
  if (operation.isTold && iq.pubsub.bridge.isFull(asked.node))
    return refuse(stanzaError('resource-constraint', { text: 'a receiver of its events is away' }))
  return operation.handle(asked, { element, pubsub })
}

function operationOf(request: Stanza): { key: string; element: Element | undefined; pubsub: Element } {
  const pubsub = request.element.getChildElements()[0] as Element
  const element = pubsub.getChildElements()[0] as Element | undefined
  const isOurs = element?.getNS() === pubsub.getNS()
  const key = `${request.type} {${pubsub.getNS()}}pubsub ${element?.getName()}`
  return { key, element: isOurs ? element : undefined, pubsub }
}
