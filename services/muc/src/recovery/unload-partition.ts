import { within } from '@heliograph/ownership'
import type { MucContext } from '../context.ts'
import type { Room } from '../room.ts'
import { SERVICE } from './room-records.ts'

/** How long a hand-over waits for others to take what was sent to them: longer than a dead owner's partitions are without one. */
const PATIENCE_MS = 5_000

/** Before a partition is given away: what was said in its rooms has arrived. What they are sent is still taken. */
export async function settlePartition(context: MucContext, partition: number): Promise<void> {
  await Promise.all(context.rooms.inPartition(partition).map((room) => room.mailbox.settled()))
  await within(PATIENCE_MS, context.router.settled(partition))
}

/**
 * Gives a partition away. Planned: what is in the mailboxes is done, stored and said before the next owner begins, which so has nothing to
 * repeat. Lost: another instance may own it already; everything is forgotten and nothing written.
 */
export async function unloadPartition(
  context: MucContext,
  partition: number,
  reason: 'handover' | 'lost',
): Promise<void> {
  if (reason === 'handover') {
    const rooms = context.rooms.inPartition(partition)
    await Promise.all(rooms.map((room) => room.mailbox.settled()))
    await context.archive.flushed()
    await context.records.flushed(partition)
    const isSettled = await within(PATIENCE_MS, Promise.all([context.router.settled(partition), ...rooms.map(said)]))
    // Farewells that everybody heard a moment ago.
    await context.records.flushed(partition)
    if (isSettled) context.records.settled(partition, true)
    await context.records.flushed(partition)
  }
  const dropped = context.rooms.dropPartition(partition)
  for (const room of dropped) context.carrier.dropped(room)
  context.log.debug('partition_unloaded', { service: SERVICE, partition, reason, rooms: dropped.length })
}

/** What waited behind somebody's entering is said, and everybody has it. */
async function said({ out, lane }: Room): Promise<void> {
  await out.settled()
  await lane.settled()
}
