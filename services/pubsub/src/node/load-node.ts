import type { PubsubContext } from '../context.ts'
import type { Node } from './node.ts'
import { untilAvailable } from './until-available.ts'

/** Reads what a node is. @throws NotOurs when the partition went to another instance meanwhile */
export async function loadNode(context: PubsubContext, node: Node): Promise<void> {
  const { service, name } = node
  const stored = await untilAvailable(context, node, () => context.store.nodes.load({ service, node: name }))
  node.details = stored ?? 'absent'
  // What a former owner told came before this epoch, which is in milliseconds: what is told from now on is above it.
  const epoch = context.ownership.heldEpochOf(node.partition) * 1_000
  node.lastSequence = Math.max(node.lastSequence, stored?.lastSequence ?? 0, epoch)
}
