import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { hasteOfCopies } from '@heliograph/bus'
import type { Jid } from '@heliograph/jid'
import { NS, Stanza } from '@heliograph/stanza'
import { tellAccount } from '../account/tell-account.ts'
import type { PubsubContext } from '../context.ts'
import type { Node } from '../node/node.ts'
import type { Edge } from '../store/relate.ts'
import { byCollections, type Part } from './by-collections.ts'

const PARTS_A_TURN = 4

/** What happened to a node, as the content of `<event/>`, and what else the message carries. */
export interface News {
  readonly event: string
  readonly more?: { readonly xml: string; readonly name: string }
  /** Under which sequence; a repetition is known by it. Not given: a new one. */
  readonly sequence?: number
  readonly trace?: string
  /** Whether it is about the node itself (XEP-0248 §6.1). Not given: about what is published there. */
  readonly of?: 'nodes'
}

/** The first of `count` consecutive sequences of a node, above all that it gave out before. */
export function takeSequences({ clock }: Pick<PubsubContext, 'clock'>, node: Node, count = 1): number {
  const first = clock.next(node.lastSequence)
  node.lastSequence = first + count - 1
  return first
}

/**
 * Tells all subscribers, and those of the collections that the node is in: a page of them after the other, one parcel a page, so one envelope
 * a page and owner of users. `told` when all destinations took it. What this owner has told under the same sequence before isn't told again.
 */
export async function tellAll(
  context: PubsubContext,
  node: Node,
  news: News,
  told: () => void = ignore,
): Promise<void> {
  const { sequence } = news
  if (sequence === undefined) return tellEach(context, node, news, told)
  if (node.tellings.has(sequence)) return node.tellings.again(sequence, told)
  const taken = node.tellings.begin(sequence)
  try {
    await tellEach(context, node, news, () => {
      taken()
      told()
    })
  } catch (error) {
    node.tellings.failed(sequence)
    throw error
  }
}

function tellEach(context: PubsubContext, node: Node, news: News, told: () => void): Promise<void> {
  const stanza = messageOf(node, news)
  return tellParts(context, node, { ...news, stanza, parts: toAll(context, node, { stanza, of: news.of }) }, told)
}

async function* toAll(
  context: PubsubContext,
  node: Node,
  { stanza, of = 'items' }: { readonly stanza: Stanza; readonly of: 'items' | 'nodes' | undefined },
): AsyncGenerator<Part> {
  const { id, isContained } = node.about
  for await (const recipients of node.recipients.pages()) yield { stanza, recipients }
  if (isContained) yield* byCollections(context, node, { stanza, query: { id, level: 0, open: [id], of } })
}

/** Tells those that hear of it by a collection, which has another node in it now, or one less (XEP-0248 §5.3.2). */
export function tellOfEdge(
  context: PubsubContext,
  node: Node,
  { news, edge }: { readonly news: News; readonly edge: Edge },
  told: () => void,
): Promise<void> {
  const stanza = messageOf(node, news)
  const query = { id: edge.parentId, level: 1, open: [edge.parentId, edge.childId], of: 'nodes' } as const
  const parts = byCollections(context, node, { stanza, query, about: edge.parent })
  return tellParts(context, node, { ...news, parts }, told)
}

async function tellParts(
  context: PubsubContext,
  node: Node,
  news: News & { readonly parts: AsyncGenerator<Part>; readonly stanza?: Stanza },
  told: () => void,
): Promise<void> {
  let sequence = sequenceOf(context, node, news)
  let open = 1
  let sent = 0
  const close = () => {
    open--
    if (open === 0) told()
  }
  try {
    if (node.home === 'account' && news.stanza) {
      open++
      node.lastTold = sequence
      node.lastSequence = Math.max(node.lastSequence, sequence)
      await tellAccount(context, node, { stanza: news.stanza, trace: news.trace }, close)
    }
    for await (const part of news.parts) {
      open++
      send(context, node, { ...part, sequence, trace: news.trace }, close)
      sequence++
      // Pages in memory come without a pause, and others have something to do, too.
      if (++sent % PARTS_A_TURN === 0) await nextTurn()
    }
  } finally {
    close()
  }
}

/** Tells some addresses alone. */
export function tell(
  context: PubsubContext,
  node: Node,
  recipients: readonly Jid[],
  news: News,
  told: () => void = ignore,
): void {
  send(
    context,
    node,
    { stanza: messageOf(node, news), recipients, sequence: sequenceOf(context, node, news), trace: news.trace },
    told,
  )
}

interface Told {
  readonly stanza: Stanza
  readonly recipients: readonly string[]
  readonly sequence: number
  readonly trace: string | undefined
}

function send(
  context: PubsubContext,
  node: Node,
  { stanza, recipients, sequence, trace = '' }: Told,
  told: () => void,
): void {
  node.lastTold = sequence
  node.lastSequence = Math.max(node.lastSequence, sequence)
  context.events.notified(recipients.length)
  node.lane.send({ stanza, recipients, sequence, trace, haste: hasteOfCopies(recipients.length) }, told)
}

/** What was said under it before is said again under it, unless something newer was said since. */
function sequenceOf(context: PubsubContext, node: Node, { sequence = 0 }: News): number {
  return sequence > node.lastTold ? sequence : takeSequences(context, node)
}

/** What subscribers are sent. */
export function messageOf(node: Node, { event, more }: Pick<News, 'event' | 'more'>): Stanza {
  const type =
    node.details === undefined || node.details === 'absent' ? 'headline' : node.details.config.notificationType
  // XEP-0060 §12.4: each has an id.
  const head = new Stanza({ name: 'message', type, id: randomUUID(), from: node.service })
  const stanza = head.append(`<event xmlns='${NS.pubsubEvent}'>${event}</event>`, `{${NS.pubsubEvent}}event`)
  return more ? stanza.append(more.xml, more.name) : stanza
}

function ignore(): void {}
