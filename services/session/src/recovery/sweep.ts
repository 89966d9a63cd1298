import type { SessionContext } from '../context.ts'
import { forgetGuests } from '../pep/guests.ts'
import { giveUpEarly } from '../rooms/parcels.ts'
import { endSession, hibernate } from '../users/end-session.ts'
import { loadUser } from '../users/load.ts'
import { overflow } from '../users/overflow.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** Once a second: sessions whose client or edge did not come back in time end; users nobody needs leave memory. */
export function sweep(context: SessionContext, now: number): void {
  context.archive.watch()
  context.capabilities.tick()
  context.ownRequests.tick()
  context.delegated.tick()
  context.pushes.tick()
  context.lists.tick()
  giveUpEarly(context)
  let unacked = 0
  const idle: User[] = []
  for (const user of context.users) {
    if (context.ownership.epochOf(user.partition) === 0) continue
    for (const resource of [...user.resources]) {
      expire(context, user, resource, now)
      unacked += resource.managed?.unacked.bytes ?? 0
    }
    if (!user.idle) continue
    if (now - user.touched > context.config.idleUserMs) forget(context, user)
    else idle.push(user)
  }
  forgetIdle(context, idle)
  if (unacked > context.config.unackedBytes) relieveQueues(context, unacked)
}

/** Anyone can write to addresses that nobody has: of the users without sessions only so many stay, those touched last. */
function forgetIdle(context: SessionContext, idle: User[]): void {
  const { idleUsers } = context.config
  if (idle.length <= idleUsers) return
  idle.sort((a, b) => a.touched - b.touched)
  for (const user of idle.slice(0, idle.length - idleUsers)) forget(context, user)
}

function forget(context: SessionContext, user: User): void {
  forgetGuests(context, user)
  context.users.remove(user)
}

/** What all clients together have not acknowledged is bounded, too: the longest queues go, until half of it is left. */
function relieveQueues(context: SessionContext, unacked: number): void {
  const queues = [...context.users].flatMap((user) =>
    user.resources.map((resource) => ({ user, resource, bytes: resource.managed?.unacked.bytes ?? 0 })),
  )
  let left = unacked
  for (const { user, resource, bytes } of queues.sort((a, b) => b.bytes - a.bytes)) {
    if (left * 2 <= context.config.unackedBytes) return
    left -= bytes
    overflow(context, user, resource)
  }
}

function expire(context: SessionContext, user: User, resource: Resource, now: number): void {
  if (resource.deadline > now) return
  if (resource.behind && user.profile === undefined) return bringUp(context, user)
  if (resource.attachment === 'hibernating') endSession(context, user, resource)
  else if (resource.attachment === 'recovering') giveUpEdge(context, user, resource)
}

/** What is in the archive for a session that is over has to be known before it can wait for the next one. */
function bringUp(context: SessionContext, user: User): void {
  loadUser(context, user).catch((error: unknown) => context.log.error('user_load_failed', { jid: user.jid, error }))
}

/** The edge of a session is gone. Where its former owner died, too, how far its client got is not known, so that it can't be resumed. */
function giveUpEdge(context: SessionContext, user: User, resource: Resource): void {
  const known = resource.attachment === 'connected' || resource.complete
  if (known && resource.resumable) hibernate(context, user, resource)
  else endSession(context, user, resource)
}

/** An edge died: its sessions wait for their clients or are over. Paced, because thousands of watchers may have to be told. */
export async function loseEdge(context: SessionContext, edge: string): Promise<void> {
  context.departed.add(edge)
  let handled = 0
  for (const user of [...context.users]) {
    for (const resource of [...user.resources]) {
      resource.waiting = resource.waiting?.filter(({ from }) => from !== edge)
      if (resource.edge !== edge || resource.attachment === 'hibernating') continue
      if (resource.attachment === 'connected' || resource.complete) giveUpEdge(context, user, resource)
      else if (resource.attachment === 'catching-up') resource.lostEarly ??= () => {}
      // It won't be told of again.
      else resource.deadline = 0
      if (++handled % context.config.departurePace === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  if (handled > 0) context.log.info('edge_departed', { edge, sessions: handled })
}
