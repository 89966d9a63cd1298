import { type Outcome, refuse, reply } from '@heliograph/module'
import { stanzaError } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import { unsupported } from '../access/errors.ts'
import { tellAll } from '../notify/tell.ts'
import { childrenOf, isOwner, type Operation } from './operation.ts'

/** XEP-0060 §8.4 */
export const deleteNode: Operation = {
  async handle(iq, { element }): Promise<Outcome> {
    const { pubsub: context, node, hold } = iq
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const redirect = childrenOf(element, 'redirect')[0]
    const uri = redirect?.attrs.uri
    if (redirect !== undefined && !uri) return refuse(stanzaError('bad-request', { text: 'a redirect needs a URI' }))
    const { id, config } = node.about
    await context.store.nodes.destroy(id)
    const inside = uri ? `<redirect uri='${escapeAttribute(uri)}'/>` : ''
    const event = `<delete node='${escapeAttribute(node.name)}'>${inside}</delete>`
    // What it had is removed a while later: its subscribers can still be read.
    if (config.notifyDelete) await tellAll(context, node, { event, trace: iq.trace }, hold())
    node.details = 'absent'
    node.peopleChanged()
    return reply()
  },
}

/** §8.5 */
export const purge: Operation = {
  async handle(iq): Promise<Outcome> {
    const { pubsub: context, node, hold } = iq
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const { id, config } = node.about
    if (!config.persistItems) return refuse(unsupported('persistent-items'))
    await context.store.items.purge(id)
    if (config.notifyRetract)
      await tellAll(context, node, { event: `<purge node='${escapeAttribute(node.name)}'/>`, trace: iq.trace }, hold())
    return reply()
  },
}
