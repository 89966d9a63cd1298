import { setTimeout as sleep } from 'node:timers/promises'
import { FencedError } from '@heliograph/database'
import type { BareJid, Jid } from '@heliograph/jid'
import { respond } from '@heliograph/module'
import { el, NS, readError, type Stanza, stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { PubsubContext } from '../context.ts'
import { failure } from '../failure.ts'
import { loadNode } from '../node/load-node.ts'
import type { Node } from '../node/node.ts'
import { isLost } from '../node/until-available.ts'
import type { ItemIq } from '../requests/node-iq.ts'
import type { Publication } from './read-publication.ts'

/** For subscribers' owners to take the news. */
const TOLD_WITHIN_MS = 15_000

/** What became of what a source published. */
export interface Published {
  /** Empty: stored, and told to all subscribers. Else an error condition of XMPP. */
  readonly condition: string
  readonly item: string
}

/** A source and its publication. */
export interface Told {
  readonly source: string
  readonly publisher: BareJid
  readonly publication: Publication
}

/**
 * Publishes to a node that is owned here, as its publisher would (XEP-0060 §7.1), and resolves when subscribers were told: who isn't answered
 * asks again with the same id, and nothing is lost or stored twice.
 */
export function publishHere(context: PubsubContext, node: Node, told: Told): Promise<Published> {
  return new Promise((resolve) => {
    const isPushed = node.mailbox.push(async () => {
      const done = await publishNow(context, node, told).catch((error: unknown) => {
        if (error instanceof FencedError) context.onFenced()
        const condition = isLost(error) ? 'recipient-unavailable' : failure(context, error).condition
        return { condition, item: '', holds: [] }
      })
      // Behind this nothing waits in the mailbox.
      const late = sleep(TOLD_WITHIN_MS, 'late' as const, { ref: false })
      void Promise.race([Promise.all(done.holds), late]).then((outcome) =>
        resolve(outcome === 'late' ? waiting : { condition: done.condition, item: done.item }),
      )
    })
    if (!isPushed) resolve(waiting)
  })
}

const waiting: Published = { condition: 'resource-constraint', item: '' }

async function publishNow(context: PubsubContext, node: Node, { source, publisher, publication }: Told) {
  const { id, item, payload } = publication
  if (node.details === undefined) await loadNode(context, node)
  const holds: Promise<void>[] = []
  let lost: unknown
  let answered: Element | undefined
  const iq: ItemIq = {
    pubsub: context,
    service: node.service,
    from: publisher as Jid,
    asker: undefined,
    node,
    stream: id === undefined ? '' : `events:${source}:${id}`,
    count: 1,
    trace: '',
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      holds.push(promise)
      return resolve
    },
    answerNow: (element) => {
      answered = element
    },
  }
  const publish = el('publish', { node: node.name }, el('item', { id: item }, payload))
  const request: Stanza = stanza(
    'iq',
    { type: 'set', id: 'publish', from: iq.from, to: node.service },
    el('pubsub', { xmlns: NS.pubsub }, publish),
  )
  const reply = await respond(request, {
    registry: context.modules,
    entity: 'item',
    context: iq,
    failed: (error) => {
      if (isLost(error)) lost = error
      return failure(context, error)
    },
  })
  if (lost) throw lost
  return { condition: conditionOf(reply), item: itemIn(answered), holds }
}

function conditionOf(reply: Stanza | undefined): string {
  return reply?.type === 'error' ? readError(reply).condition : ''
}

function itemIn(answer: Element | undefined): string {
  return answer?.getChild('publish')?.getChild('item')?.attrs.id ?? ''
}
