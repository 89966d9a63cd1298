import { bareOf } from '@heliograph/jid'
import { type Form, type StanzaError, stanzaError } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import { pubsubError } from '../access/errors.ts'
import type { RelationProblem } from '../access/relating.ts'
import type { NodeConfig } from '../forms/node-config.ts'
import { relationsAsked } from '../forms/relation-fields.ts'
import { tellContained } from '../node/contained.ts'
import { takeSequences, tellAll, tellOfEdge } from '../notify/tell.ts'
import type { Edge, Related, Relating } from '../store/relate.ts'
import type { ItemIq } from './node-iq.ts'

export type Wish = Relating['wish']

/** What a submitted form wants of collections; undefined: nothing. At nodes of accounts there are none. */
export function wishOf(form: Form, { nodeType }: NodeConfig, { node }: ItemIq): Wish | undefined | StanzaError {
  if (node.home === 'account') return undefined
  const { parents, children } = relationsAsked(form)
  // XEP-0248 §7.2.3.1
  if (nodeType === 'leaf' && children !== undefined && children.length > 0) return refusalOf('leaf')
  const isAsked = parents !== undefined || (nodeType === 'collection' && children !== undefined)
  if (!isAsked) return undefined
  return {
    ...(parents && { parents: { all: parents } }),
    ...(nodeType === 'collection' && children && { children: { all: children } }),
  }
}

export function relatingOf({ pubsub, node, from, stream, count }: ItemIq, wish: Wish, isOwner: boolean): Relating {
  const by = bareOf(from)
  const isAdmin = pubsub.config.admins.includes(by)
  return { wish, by, isOwner, isAdmin, stream, count, sequence: takeSequences(pubsub, node) }
}

export function refusalOf(problem: RelationProblem): StanzaError {
  switch (problem) {
    case 'not-found':
      return stanzaError('item-not-found')
    case 'not-related':
      return stanzaError('bad-request', { text: 'it is not in the collection' })
    case 'forbidden':
      return stanzaError('forbidden')
    case 'full':
      return pubsubError('max-nodes-exceeded', { condition: 'not-allowed' })
    case 'leaf':
      return notAllowed('it is no collection')
    case 'circle':
      return notAllowed('it would be in itself')
    case 'deep':
      return notAllowed('it would be in too many collections')
  }
}

/** §7.2.3 */
export function notAllowed(text: string): StanzaError {
  return pubsubError('invalid-options', { condition: 'not-allowed', text })
}

/** After the nodes in a collection, or the collections of a node, were changed: whoever is to know of it does, before there is an answer. */
export async function settleRelations(iq: ItemIq, { added, removed, isContained }: Related): Promise<void> {
  const { pubsub: context, node, hold } = iq
  node.details = { ...node.about, isContained }
  const children = added.filter(({ parent }) => parent === node.name).map(({ child }) => child)
  if (children.length > 0) await tellContained(context, node, children, hold())
  for (const edge of added) await tellEdge(iq, edge, 'associate')
  for (const edge of removed) await tellEdge(iq, edge, 'dissociate')
}

/** The same of a node that was just made: that it is there says that it is in its collections (§5.3.1.2). */
export async function settleNew(iq: ItemIq, related: Related): Promise<void> {
  const { pubsub: context, node, trace, hold } = iq
  await settleRelations(iq, { ...related, added: related.added.filter(({ child }) => child !== node.name) })
  if (!related.isContained) return
  await tellAll(context, node, { event: `<create node='${escapeAttribute(node.name)}'/>`, trace, of: 'nodes' }, hold())
}

async function tellEdge({ pubsub: context, node, trace, hold }: ItemIq, edge: Edge, what: string): Promise<void> {
  const [parent, child] = [edge.parent, edge.child].map(escapeAttribute)
  const event = `<collection node='${parent}'><${what} node='${child}'/></collection>`
  await tellOfEdge(context, node, { news: { event, trace }, edge }, hold())
}
