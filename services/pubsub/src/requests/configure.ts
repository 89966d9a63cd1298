import { type Outcome, refuse, reply } from '@heliograph/module'
import { el, formElement, NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import { escapeAttribute, serialize } from '@heliograph/xml'
import { unsupported } from '../access/errors.ts'
import { configForm, configResult, defaultsOf, type Home, nodeTypeAsked, readConfig } from '../forms/config-form.ts'
import type { NodeConfig, NodeType } from '../forms/node-config.ts'
import { ITEMS_MAX } from '../forms/node-fields.ts'
import { NO_RELATIONS, relationFields } from '../forms/relation-fields.ts'
import { tellAll } from '../notify/tell.ts'
import type { ItemIq } from './node-iq.ts'
import { formIn, isError, isOwner, type Operation } from './operation.ts'
import { notAllowed, refusalOf, relatingOf, settleRelations, type Wish, wishOf } from './relations.ts'

/** XEP-0060 §8.2.2 */
export const getConfiguration: Operation = {
  async handle(iq): Promise<Outcome> {
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const { id, config } = iq.node.about
    const { home } = iq.node
    const relations = home === 'service' && (await iq.pubsub.store.collections.relationsOf(id))
    const more = relations ? relationFields(relations, config.nodeType) : []
    const form = formElement(configForm(config, home, more))
    return reply(el('pubsub', { xmlns: NS.pubsubOwner }, el('configure', { node: iq.node.name }, form)))
  },
}

/** §8.2.4, §8.2.5 */
export const setConfiguration: Operation = {
  async handle(iq, { element }): Promise<Outcome> {
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const form = formIn(element)
    if (form === undefined) return refuse(stanzaError('bad-request', { text: 'a form is missing' }))
    if (isError(form)) return refuse(form)
    if (form.type === 'cancel') return reply()
    const before = iq.node.about.config
    const isCollection = nodeTypeAsked(form) === 'collection'
    if (isCollection && iq.node.home === 'account') return refuse(unsupported('collections'))
    const read = readConfig(form, before, iq.node.home)
    if ('problem' in read) return refuse(stanzaError('not-acceptable', { text: read.problem }))
    // XEP-0248 §7.2.3.4
    if (before.nodeType === 'collection' && read.config.nodeType === 'leaf')
      return refuse(notAllowed('it is a collection'))
    const wish = wishOf(form, read.config, iq)
    if (isError(wish)) return refuse(wish)
    const error = await configure(iq, { before, after: read.config, wish })
    return error ? refuse(error) : reply()
  },
}

interface Change {
  readonly before: NodeConfig
  readonly after: NodeConfig
  readonly wish: Wish | undefined
}

async function configure(iq: ItemIq, { before, after, wish }: Change): Promise<StanzaError | undefined> {
  const { pubsub: context, node } = iq
  const { id } = node.about
  const { nodes } = context.store
  const subject = { service: node.service, node: node.name, id, config: after }
  const related = wish
    ? await nodes.configureRelated(subject, relatingOf(iq, wish, true))
    : await nodes.configure(id, after)
  if (typeof related === 'string') return refusalOf(related)
  node.details = { ...node.about, config: after }
  if (after.accessModel === 'whitelist' && before.accessModel !== 'whitelist')
    await context.store.people.removeUnlisted(id)
  node.peopleChanged()
  if (!after.persistItems && before.persistItems) await context.store.items.purge(id, Number.MAX_SAFE_INTEGER)
  else if ((after.maxItems ?? ITEMS_MAX) < (before.maxItems ?? ITEMS_MAX))
    await context.store.items.trim(id, after.maxItems ?? ITEMS_MAX)
  if (after.notifyConfig) await tellConfigured(iq, after)
  if (related) await settleRelations(iq, related)
  return undefined
}

async function tellConfigured({ pubsub: context, node, trace }: ItemIq, after: NodeConfig): Promise<void> {
  // §8.2.5: with the form where payloads are delivered.
  const form = after.deliverPayloads ? serialize(formElement(configResult(after, node.home))) : ''
  const event = `<configuration node='${escapeAttribute(node.name)}'>${form}</configuration>`
  await tellAll(context, node, { event, trace, of: 'nodes' })
}

/** §8.3, XEP-0248 §7.3 */
export function defaultConfiguration(home: Home, nodeType: NodeType = 'leaf'): Outcome {
  if (home === 'account' && nodeType === 'collection') return refuse(unsupported('collections'))
  const more = home === 'service' ? relationFields(NO_RELATIONS, nodeType) : []
  const form = formElement(configForm({ ...defaultsOf(home), nodeType }, home, more))
  return reply(el('pubsub', { xmlns: NS.pubsubOwner }, el('default', null, form)))
}
