import { type Envelope, type InstanceId, Op } from '@heliograph/bus'
import { FencedError } from '@heliograph/database'
import { type Jid, trusted } from '@heliograph/jid'
import { respond } from '@heliograph/module'
import { iqResult, type Stanza } from '@heliograph/stanza'
import { hop } from '@heliograph/telemetry'
import type { Element } from '@heliograph/xml'
import { askerOf } from './account/asker.ts'
import { erase } from './account/erase.ts'
import { greet } from './account/greet.ts'
import { lessened } from './account/lessened.ts'
import { refuse, say } from './arrived.ts'
import type { PubsubContext } from './context.ts'
import { failure } from './failure.ts'
import { receiveForService } from './front.ts'
import { contained } from './node/contained.ts'
import { loadNode } from './node/load-node.ts'
import type { Node, Work } from './node/node.ts'
import { readNodeKey } from './node/node-key.ts'
import { isLost } from './node/until-available.ts'
import { authorize } from './requests/authorize.ts'
import type { ItemIq } from './requests/node-iq.ts'

/** Envelopes for nodes owned here: each into its node's mailbox; those for a service itself are answered, or brought to the node's owner. */
export function receive(context: PubsubContext, envelope: Envelope, from: InstanceId): void {
  const { key, partition, stanza, op, transfer } = envelope
  if (op === Op.interest) return void greet(context, envelope, from)
  if (op === Op.relation) return void lessened(context, envelope, from)
  if (op === Op.contained) return contained(context, envelope, from)
  if (op === Op.erase) return void erase(context, envelope, from)
  if (op !== Op.route || !stanza?.from || stanza.to === undefined) {
    context.log.warn('unknown_operation', { op, from })
    return context.router.receipt(from, transfer)
  }
  if (readNodeKey(key) === undefined) return receiveForService(context, envelope, from)
  const node = context.nodes.get(key, partition)
  if (node.mailbox.push({ envelope, from })) return
  context.events.full()
  refuse(context, node, stanza, 'resource-constraint')
  context.router.receipt(from, transfer)
}

/** Runs in the node's mailbox. */
export async function handle(context: PubsubContext, node: Node, work: Work): Promise<void> {
  node.touched = performance.now()
  if (typeof work === 'function') return work()
  const { envelope, from } = work
  const stanza = envelope.stanza!
  const span = hop(context.tracing, 'pubsub', envelope.trace)
  const custody = held(() => {
    span.end()
    context.router.receipt(from, envelope.transfer)
  })
  const done = custody()
  try {
    if (node.details === undefined) await loadNode(context, node)
    if (stanza.name === 'iq') await answer(context, node, { work, stanza, trace: span.trace, hold: custody })
    else if (stanza.name === 'message') await authorize(context, node, stanza)
  } catch (error) {
    // The node is another's. Nothing is answered: it is asked again there.
    if (error instanceof FencedError) context.onFenced()
    if (isLost(error)) return span.end()
    refuse(context, node, stanza, failure(context, error))
  }
  done()
}

async function answer(
  context: PubsubContext,
  node: Node,
  {
    work: { envelope },
    stanza,
    trace,
    hold,
  }: {
    readonly work: Exclude<Work, () => void>
    readonly stanza: Stanza
    readonly trace: string
    readonly hold: () => () => void
  },
): Promise<void> {
  const { stream, count } = envelope
  const from = trusted<Jid>(stanza.from!)
  const asker = node.home === 'account' ? askerOf(envelope) : undefined
  let lost: unknown
  const answerNow = (payload: Element) => say(context, node, iqResult(stanza, payload))
  const asked: ItemIq = {
    pubsub: context,
    service: node.service,
    from,
    asker,
    node,
    stream,
    count,
    trace,
    hold,
    answerNow,
  }
  const reply = await respond(stanza, {
    registry: context.modules,
    entity: 'item',
    context: asked,
    failed: (error) => {
      if (isLost(error)) lost = error
      return failure(context, error)
    },
  })
  if (lost) throw lost
  if (!reply) return
  if (reply.type === 'error') context.events.refused()
  say(context, node, reply)
}

/** Calls `free` when every hold has been let go. */
function held(free: () => void): () => () => void {
  let holds = 0
  return () => {
    holds++
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      holds--
      if (holds === 0) free()
    }
  }
}
