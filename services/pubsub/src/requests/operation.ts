import type { OutgoingEvent } from '@heliograph/events'
import { bareOf } from '@heliograph/jid'
import type { Outcome } from '@heliograph/module'
import { type Form, NS, readForm, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { Standing } from '../access/standing.ts'
import { eventsOf, type Occurrence } from '../bridge/occurrence.ts'
import type { ItemIq } from './node-iq.ts'

/** What a request to a node asks: the element that names the operation, and `<pubsub/>` around it. */
export interface Asked {
  readonly element: Element
  readonly pubsub: Element
}

/** One operation on a node. */
export interface Operation {
  /** Whether it is one of nodes that aren't there, too. */
  readonly ofAbsent?: boolean
  /** Whether other systems may have to be told of it. */
  readonly isTold?: boolean
  readonly handle: (iq: ItemIq, asked: Asked) => Outcome | Promise<Outcome>
}

type Asking = Pick<ItemIq, 'pubsub' | 'node' | 'from' | 'asker'>

/** What the sender is to the node. Administrators of the server may what owners may, but nothing at the nodes of accounts; those are the accounts'. */
export async function standingOf({ pubsub, node, from, asker }: Asking): Promise<Standing> {
  const jid = bareOf(from)
  const known =
    node.knownStanding(jid) ?? node.learnStanding(jid, await pubsub.store.people.standing(node.about.id, jid))
  if (asker) {
    const { own, subscriber, groups } = asker
    return { ...known, ...(own && { affiliation: 'owner' }), subscriber, groups }
  }
  return pubsub.config.admins.includes(jid) ? { ...known, affiliation: 'owner' } : known
}

export async function isOwner(iq: ItemIq): Promise<boolean> {
  return (await standingOf(iq)).affiliation === 'owner'
}

/** Child elements of that name in the namespace of their parent. */
export function childrenOf(element: Element, name: string): Element[] {
  return element.getChildren(name, element.getNS()) as Element[]
}

/** The form in an element: undefined where there is none, an error where there is no good one. */
export function formIn(element: Element | undefined): Form | undefined | StanzaError {
  const x = element?.getChild('x', NS.dataForms) as Element | undefined
  return x && (readForm(x) ?? stanzaError('bad-request', { text: 'not a data form' }))
}

/** What happens by a request, for other systems. */
export function toldOf({ pubsub, node, from }: ItemIq, occurrence: Omit<Occurrence, 'by'>): readonly OutgoingEvent[] {
  return eventsOf(node, pubsub.bridge.deliveriesOf(node), { ...occurrence, by: bareOf(from) })
}

export function isError(value: unknown): value is StanzaError {
  return typeof value === 'object' && value !== null && 'condition' in value
}
