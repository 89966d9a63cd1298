import { type Outcome, refuse, reply } from '@heliograph/module'
import { el, formElement, NS, stanzaError } from '@heliograph/stanza'
import { escapeAttribute, serialize } from '@heliograph/xml'
import { configForm, defaultsOf, type Home, readConfig } from '../forms/config-form.ts'
import type { NodeConfig } from '../forms/node-config.ts'
import { ITEMS_MAX } from '../forms/node-fields.ts'
import { tellAll } from '../notify/tell.ts'
import type { ItemIq } from './node-iq.ts'
import { formIn, isError, isOwner, type Operation } from './operation.ts'

/** XEP-0060 §8.2.2 */
export const getConfiguration: Operation = {
  async handle(iq): Promise<Outcome> {
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const form = formElement(configForm(iq.node.about.config, iq.node.home))
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
    const read = readConfig(form, before, iq.node.home)
    if ('problem' in read) return refuse(stanzaError('not-acceptable', { text: read.problem }))
    await configure(iq, before, read.config)
    return reply()
  },
}

async function configure(iq: ItemIq, before: NodeConfig, after: NodeConfig): Promise<void> {
  const { pubsub: context, node } = iq
  const { id } = node.about
  await context.store.nodes.configure(id, after)
  node.details = { ...node.about, config: after }
  if (after.accessModel === 'whitelist' && before.accessModel !== 'whitelist')
    await context.store.people.removeUnlisted(id)
  node.peopleChanged()
  if (!after.persistItems && before.persistItems) await context.store.items.purge(id, Number.MAX_SAFE_INTEGER)
  else if ((after.maxItems ?? ITEMS_MAX) < (before.maxItems ?? ITEMS_MAX))
    await context.store.items.trim(id, after.maxItems ?? ITEMS_MAX)
  if (!after.notifyConfig) return
  // §8.2.5: with the form where payloads are delivered.
  const form = after.deliverPayloads ? serialize(formElement(configForm(after, node.home, 'result'))) : ''
  const event = `<configuration node='${escapeAttribute(node.name)}'>${form}</configuration>`
  await tellAll(context, node, { event, trace: iq.trace })
}

/** §8.3 */
export function defaultConfiguration(home: Home): Outcome {
  const form = formElement(configForm(defaultsOf(home), home))
  return reply(el('pubsub', { xmlns: NS.pubsubOwner }, el('default', null, form)))
}
