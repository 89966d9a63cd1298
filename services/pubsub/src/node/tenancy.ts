import { within } from '@heliograph/ownership'
import type { PubsubContext } from '../context.ts'

/** How long a hand-over waits for others to take what was sent to them: longer than a dead owner's partitions are without one. */
const PATIENCE_MS = 5_000

/** Before a partition is given away: what is under way at its nodes is done. What they are sent is still taken. */
export async function settlePartition(context: PubsubContext, partition: number): Promise<void> {
  await Promise.all(context.nodes.inPartition(partition).map((node) => node.mailbox.settled()))
  await within(PATIENCE_MS, context.router.settled(partition))
}

/**
 * Gives a partition away. Planned: what is in the mailboxes is done and told before the next owner begins. Lost: another instance may own it
 * already; everything is forgotten, and who sent what isn't done sends it there.
 */
export async function unloadPartition(
  context: PubsubContext,
  partition: number,
  reason: 'handover' | 'lost',
): Promise<void> {
  const ended = context.bridge.lost(partition)
  if (reason === 'handover') {
    const nodes = context.nodes.inPartition(partition)
    await Promise.all(nodes.map((node) => node.mailbox.settled()))
    await within(
      PATIENCE_MS,
      Promise.all([ended, context.router.settled(partition), ...nodes.map(({ lane }) => lane.settled())]),
    )
  }
  context.nodes.dropPartition(partition)
}
