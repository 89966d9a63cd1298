import { bareOf } from '@heliograph/jid'
import { type Outcome, refuse, reply } from '@heliograph/module'
import { el, NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import { AskPace } from '../access/ask-pace.ts'
import { unsupported } from '../access/errors.ts'
import { defaultsOf, nodeTypeAsked, readConfig } from '../forms/config-form.ts'
import type { NodeConfig } from '../forms/node-config.ts'
import { loadNode } from '../node/load-node.ts'
import type { ItemIq } from './node-iq.ts'
import { childrenOf, formIn, isError, type Operation } from './operation.ts'
import { refusalOf, relatingOf, settleNew, type Wish, wishOf } from './relations.ts'

/** XEP-0060 §8.1 */
export const create: Operation = {
  ofAbsent: true,
  async handle(iq, { pubsub: around }): Promise<Outcome> {
    const form = formIn(childrenOf(around, 'configure')[0])
    if (isError(form)) return refuse(form)
    const { home } = iq.node
    if (form && home === 'account' && nodeTypeAsked(form) === 'collection') return refuse(unsupported('collections'))
    const defaults = defaultsOf(home)
    const read = form && form.type !== 'cancel' ? readConfig(form, defaults, home) : { config: defaults }
    if ('problem' in read) return refuse(stanzaError('not-acceptable', { text: read.problem }))
    const wish = form && wishOf(form, read.config, iq)
    if (isError(wish)) return refuse(wish)
    const { details } = iq.node
    if (details !== undefined && details !== 'absent' && !isRepetition(iq, details))
      return refuse(stanzaError('conflict'))
    const error = details === 'absent' ? await makeNode(iq, read.config, wish) : wish && (await madeBefore(iq, wish))
    if (error) return refuse(error)
    return reply(el('pubsub', { xmlns: NS.pubsub }, el('create', { node: iq.node.name })))
  },
}

/** Makes the node, whose first owner is who asks; an error when he may not. */
export async function makeNode(iq: ItemIq, config: NodeConfig, wish?: Wish): Promise<StanzaError | undefined> {
  const { pubsub: context, node, from } = iq
  if (!mayCreate(iq)) return stanzaError('forbidden')
  const creator = bareOf(from)
  const isAdmin = iq.asker === undefined && context.config.admins.includes(creator)
  const made = await context.store.nodes.create(
    { service: node.service, node: node.name, creator, createdBy: ingressOf(iq), config },
    isAdmin ? Number.MAX_SAFE_INTEGER : context.config.nodesPerUser,
    wish && relatingOf(iq, wish, true),
  )
  if (made === 'too-many') return stanzaError('policy-violation', { text: 'you have made too many nodes' })
  if (typeof made === 'string' && made !== 'created' && made !== 'exists') return refusalOf(made)
  node.details = undefined
  // Whom the owners of a former node of this name were asked about is nothing to its new ones.
  node.asks = new AskPace()
  node.peopleChanged()
  await loadNode(context, node)
  if (typeof made === 'object') await settleNew(iq, made)
  return undefined
}

/** By this request, at an owner who died before everybody knew. */
async function madeBefore(iq: ItemIq, wish: Wish): Promise<StanzaError | undefined> {
  const { pubsub: context, node } = iq
  const subject = { service: node.service, node: node.name, id: node.about.id, config: node.about.config }
  const related = await context.store.collections.relate(subject, relatingOf(iq, wish, true))
  if (typeof related === 'string') return refusalOf(related)
  await settleNew(iq, related)
  return undefined
}

/** Nodes of an account are its own to make. */
function mayCreate({ pubsub: { config, hosts }, asker, from }: ItemIq): boolean {
  if (asker) return asker.own
  return hosts.isLocalUser(from) || config.admins.includes(bareOf(from))
}

function ingressOf({ stream, count }: ItemIq): string {
  return stream === '' ? '' : `${stream}:${count}`
}

/** The same request made the node, at an owner who died before he could say so. */
function isRepetition(iq: ItemIq, { createdBy }: { readonly createdBy: string }): boolean {
  return createdBy !== '' && createdBy === ingressOf(iq)
}
