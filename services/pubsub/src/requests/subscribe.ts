import { randomBytes } from 'node:crypto'
import { bareOf, type Jid, parseJid } from '@heliograph/jid'
import { type Outcome, refuse, reply } from '@heliograph/module'
import { el, formElement, NS, type StanzaError, stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { pubsubError } from '../access/errors.ts'
import { admission } from '../access/rules.ts'
import type { Subscription } from '../access/standing.ts'
import { say } from '../arrived.ts'
import { authorizationForm } from '../forms/authorization-form.ts'
import type { NodeType } from '../forms/node-config.ts'
import { DEFAULT_OPTIONS, optionsForm, readOptions, type SubscribeOptions } from '../forms/subscribe-options.ts'
import { tellLastItem } from '../notify/last-item.ts'
import type { ItemIq } from './node-iq.ts'
import { childrenOf, formIn, isError, isOwner, type Operation, standingOf } from './operation.ts'

/** So many owners are asked. */
const OWNERS_ASKED = 100

/** XEP-0060 §6.1 */
export const subscribe: Operation = {
  async handle(iq, { element, pubsub: around }): Promise<Outcome> {
    const jid = subscriber(iq, element)
    if (isError(jid)) return refuse(jid)
    const options = optionsIn(iq, childrenOf(around, 'options')[0], DEFAULT_OPTIONS)
    if (isError(options)) return refuse(options)
    const standing = await standingOf(iq)
    const present = standing.subscriptions.find((each) => each.jid === jid)
    // §6.1.3.5
    if (present?.state === 'pending') return refuse(pubsubError('pending-subscription'))
    // XEP-0248 §6.1.3
    if (present && isOtherwise(iq, present, options)) return refuse(stanzaError('conflict'))
    if (present) return reply(subscribed(iq, present))
    const admitted = admission(iq.node.about.config, standing)
    if (typeof admitted === 'object') return refuse(admitted)
    if (standing.subscriptions.length >= iq.pubsub.config.subscriptionsPerUser)
      return refuse(pubsubError('too-many-subscriptions'))
    if (admitted === 'pending' && !iq.node.asks.allows(bareOf(jid), performance.now()))
      return refuse(stanzaError('resource-constraint', { text: 'owners were asked a moment ago' }))
    const subscription = { jid, subid: randomBytes(9).toString('base64url'), state: admitted, ...options }
    await begin(iq, subscription)
    return reply(subscribed(iq, subscription))
  },
}

async function begin(iq: ItemIq, subscription: Subscription): Promise<void> {
  const { pubsub: context, node } = iq
  await context.store.people.subscribe(node.about.id, subscription)
  node.peopleChanged()
  if (subscription.state === 'pending') return askOwners(iq, subscription)
  // Behind the answer: the subscriber knows then what it is that he gets.
  if (subscription.deliver) node.mailbox.pushBeyond(() => tellLastItem(context, node, subscription.jid))
}

/** §8.6 */
async function askOwners({ pubsub: context, node }: ItemIq, { jid, subid }: Subscription): Promise<void> {
  const query = { max: OWNERS_ASKED, affiliation: 'owner' } as const
  const owners = await context.store.people.affiliates(node.about.id, query)
  const form = formElement(authorizationForm({ node: node.name, jid, subid }))
  for (const owner of owners)
    say(context, node, stanza('message', { id: subid, from: node.service, to: owner.jid }, form))
}

/** §6.2 */
export const unsubscribe: Operation = {
  async handle(iq, { element }): Promise<Outcome> {
    const found = await subscriptionAsked(iq, element)
    if (isError(found)) return refuse(found)
    await iq.pubsub.store.people.unsubscribe(iq.node.about.id, [found.jid])
    iq.node.peopleChanged()
    const ended = el('subscription', { node: iq.node.name, jid: found.jid, subid: found.subid, subscription: 'none' })
    return reply(el('pubsub', { xmlns: NS.pubsub }, ended))
  },
}

/** §6.3.2 */
export const getOptions: Operation = {
  async handle(iq, { element }): Promise<Outcome> {
    const found = await subscriptionAsked(iq, element)
    if (isError(found)) return refuse(found)
    const { jid, subid } = found
    const form = formElement(optionsForm(found, iq.node.about.config.nodeType))
    return reply(el('pubsub', { xmlns: NS.pubsub }, el('options', { node: iq.node.name, jid, subid }, form)))
  },
}

/** §6.3.5 */
export const setOptions: Operation = {
  async handle(iq, { element }): Promise<Outcome> {
    const found = await subscriptionAsked(iq, element)
    if (isError(found)) return refuse(found)
    const options = optionsIn(iq, element, found)
    if (isError(options)) return refuse(options)
    await iq.pubsub.store.people.subscribe(iq.node.about.id, { ...found, ...options })
    iq.node.peopleChanged()
    return reply()
  },
}

/** §6.4, also of one node. */
export function defaultOptions(node?: string, nodeType: NodeType = 'leaf'): Outcome {
  const form = formElement(optionsForm(DEFAULT_OPTIONS, nodeType))
  return reply(el('pubsub', { xmlns: NS.pubsub }, el('default', { node }, form)))
}

/** The address that is meant: one of the sender's. */
function subscriber({ from }: ItemIq, { attrs }: Element): Jid | StanzaError {
  if (attrs.jid === undefined) return pubsubError('jid-required')
  const jid = parseJid(attrs.jid)
  return jid !== undefined && bareOf(jid) === bareOf(from) ? jid : pubsubError('invalid-jid')
}

/** An existing subscription by its address, which for owners may be anybody's, and subid. */
async function subscriptionAsked(iq: ItemIq, element: Element): Promise<Subscription | StanzaError> {
  const jid = element.attrs.jid === undefined ? undefined : parseJid(element.attrs.jid)
  if (jid === undefined) return pubsubError(element.attrs.jid === undefined ? 'jid-required' : 'invalid-jid')
  const isOwn = bareOf(jid) === bareOf(iq.from)
  // §6.2.3.4, §6.3.4.1
  if (!isOwn && !(await isOwner(iq))) return stanzaError('forbidden')
  const { store } = iq.pubsub
  const standing = isOwn ? await standingOf(iq) : await store.people.standing(iq.node.about.id, bareOf(jid))
  const found = standing.subscriptions.find((each) => each.jid === jid)
  if (!found) return pubsubError('not-subscribed')
  const { subid } = element.attrs
  return subid === undefined || subid === found.subid ? found : pubsubError('invalid-subid')
}

/** A collection to which an address is subscribed already, with other wishes. */
function isOtherwise({ node }: ItemIq, present: SubscribeOptions, { toldOf, depth }: SubscribeOptions): boolean {
  return node.about.config.nodeType === 'collection' && (toldOf !== present.toldOf || depth !== present.depth)
}

function optionsIn(
  { node }: ItemIq,
  element: Element | undefined,
  present: SubscribeOptions,
): SubscribeOptions | StanzaError {
  const form = formIn(element)
  if (form === undefined || isError(form)) return form ?? present
  if (form.type === 'cancel') return present
  const read = readOptions(form, { present, nodeType: node.about.config.nodeType })
  return 'problem' in read ? pubsubError('invalid-options', { text: read.problem }) : read.options
}

function subscribed({ node }: ItemIq, { jid, subid, state }: Subscription): Element {
  // §6.3.1: there are options.
  const hint = el('subscribe-options')
  return el(
    'pubsub',
    { xmlns: NS.pubsub },
    el('subscription', { node: node.name, jid, subid, subscription: state }, state === 'subscribed' ? hint : null),
  )
}
