import { within } from '@heliograph/ownership'
import type { SessionContext } from '../context.ts'
import { forgetGuests } from '../pep/guests.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { SERVICE } from './live-records.ts'

/** How long a hand-over waits for others to take what was sent to them: longer than a dead owner's partitions are without one. */
const PATIENCE_MS = 5_000

/** Before a partition is given away: what was sent in its users' names has arrived. What they are sent is still taken. */
export async function settlePartition(context: SessionContext, partition: number): Promise<void> {
  await Promise.all(context.users.inPartition(partition).map((user) => user.mailbox.settled()))
  for (const user of context.users.inPartition(partition)) context.pushes.handOver(user)
  await within(PATIENCE_MS, context.router.settled(partition))
}

/**
 * Gives a partition away. Planned: what is in the mailboxes is done, stored and handed to the edges before the next owner begins. Lost:
 * another instance may own it already; everything is forgotten and nothing written.
 */
export async function unloadPartition(
  context: SessionContext,
  partition: number,
  reason: 'handover' | 'lost',
): Promise<void> {
  context.ownRequests.abandon(partition)
  context.delegated.abandon(partition)
  if (reason === 'handover') {
    const users = context.users.inPartition(partition)
    await Promise.all(users.map((user) => user.mailbox.settled().then(() => user.chores.settled())))
    // Answers to what came last.
    await within(PATIENCE_MS, context.router.settled(partition))
    await context.archive.flushed()
    // What was found then to have no taker any more is marked as waiting: the next owner is to find that.
    await Promise.all(users.map((user) => user.chores.settled()))
    for (const user of users) for (const resource of user.resources) handOver(context, user, resource)
    await context.records.flushed(partition)
  }
  context.early.drop(partition)
  const dropped = context.users.dropPartition(partition)
  for (const user of dropped) {
    context.pushes.forget(user)
    forgetGuests(context, user)
  }
  for (const user of dropped) for (const resource of user.resources) context.capabilities.left(resource)
  context.log.debug('partition_unloaded', { service: SERVICE, partition, reason, users: dropped.length })
}

/** The whole session goes into the recovery copy, so that it needs nobody to be resumed from there. */
function handOver(context: SessionContext, user: User, resource: Resource): void {
  context.outgoing.wake(user, resource)
  resource.complete = resource.attachment === 'connected' || resource.attachment === 'hibernating'
  context.records.changed(user, resource)
  if (resource.complete && resource.managed) context.records.replaceUnacked(user, resource)
}
