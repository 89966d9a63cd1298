import { type Outcome, refuse, reply } from '@heliograph/module'
import { stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { unsupported } from '../access/errors.ts'
import { isOwner, type Operation } from './operation.ts'
import { refusalOf, relatingOf, settleRelations, type Wish } from './relations.ts'

/** XEP-0248 §7.5, §7.6: one node more in a collection, or one less. */
export const changeCollection: Operation = {
  async handle(iq, { element }): Promise<Outcome> {
    const { pubsub: context, node } = iq
    if (node.home === 'account') return refuse(unsupported('collections'))
    const wish = wishIn(element)
    if (!wish) return refuse(stanzaError('bad-request'))
    const subject = { service: node.service, node: node.name, id: node.about.id, config: node.about.config }
    const related = await context.store.collections.relate(subject, relatingOf(iq, wish, await isOwner(iq)))
    if (typeof related === 'string') return refuse(refusalOf(related))
    await settleRelations(iq, related)
    return reply()
  },
}

function wishIn(element: Element): Wish | undefined {
  const [only, ...others] = element.getChildElements() as Element[]
  const child = only?.attrs.node
  if (only === undefined || others.length > 0 || !child || only.getNS() !== element.getNS()) return undefined
  if (only.getName() === 'associate') return { children: { more: child } }
  return only.getName() === 'dissociate' ? { children: { less: child } } : undefined
}
