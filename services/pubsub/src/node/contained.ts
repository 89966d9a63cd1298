import { setTimeout as sleep } from 'node:timers/promises'
import { Envelope, type InstanceId, Kind, Op } from '@heliograph/bus'
import { type Outcome, within } from '@heliograph/ownership'
import type { PubsubContext } from '../context.ts'
import type { Node } from './node.ts'
import { nodeKey } from './node-key.ts'

const RETRY_MS = 250
/** The answer to who put nodes into a collection waits so long; longer than it takes unless somebody died just now. */
const PATIENCE_MS = 5_000

/**
 * Has the owners of nodes that were put into a collection know that they are in one: what is published there next is told by it. `known` when all
 * do, be it after the patience is over.
 */
export async function tellContained(
  context: PubsubContext,
  node: Node,
  children: readonly string[],
  known: () => void,
): Promise<void> {
  const all = Promise.all(children.map((child) => untilTaken(context, node, child))).finally(known)
  await within(PATIENCE_MS, all)
}

async function untilTaken({ router, ownership }: PubsubContext, node: Node, child: string): Promise<void> {
  for (;;) {
    const epoch = ownership.heldEpochOf(node.partition)
    // Our successor is asked again, and tells them.
    if (epoch === 0) return
    const envelope = new Envelope(Op.contained)
    envelope.emitterKind = Kind.node
    envelope.emitterPartition = node.partition
    envelope.epoch = epoch
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    router.transfer(Kind.node, nodeKey(node.service, child), envelope, resolve)
    // Where there is no owner the next one reads it.
    if ((await promise) !== 'full') return
    await sleep(RETRY_MS)
  }
}

/** This node, if it is known here, is in a collection. In its turn: it may just be being read. */
export function contained(context: PubsubContext, { key, partition, transfer }: Envelope, from: InstanceId): void {
  const node = context.nodes.find(key, partition)
  node?.mailbox.pushBeyond(() => {
    const { details } = node
    if (details !== undefined && details !== 'absent') node.details = { ...details, isContained: true }
  })
  context.router.receipt(from, transfer)
}
