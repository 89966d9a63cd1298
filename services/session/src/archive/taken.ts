import { isCarbon } from '../carbons/carbon.ts'
import type { SessionContext } from '../context.ts'
import { persistently } from '../users/persistently.ts'
import type { Unacked } from '../users/unacked.ts'
import type { User } from '../users/user.ts'

/**
 * Forgets what a client acknowledges, up to `h`. What had waited in the archive for somebody to take it waits no more from here on, and
 * not before: should this owner die, the next one still has what nobody confirmed. False when the client claims more than it was sent.
 */
export function acknowledge(context: SessionContext, user: User, unacked: Unacked, h: number): boolean {
  const covered = user.offline > 0 ? unacked.idsUpTo(h, user.offlineUpTo) : []
  if (!unacked.acknowledge(h)) return false
  if (covered.length > 0) waitsNoMore(context, user, covered)
  return true
}

/** Somebody has taken messages that may have waited. Those of several calls are settled together. */
export function waitsNoMore(context: SessionContext, user: User, ids: readonly number[]): void {
  const settling = user.taken.length > 0
  for (const id of ids) user.taken.push(id)
  if (settling) return
  persistently(context, user, async () => {
    const taken = user.taken.slice()
    const waited = await context.archive.waitNoMore(user.jid, taken)
    user.offline = Math.max(0, user.offline - waited)
    user.taken.splice(0, taken.length)
    const more = user.taken.splice(0)
    if (more.length > 0) waitsNoMore(context, user, more)
  })
}

/** Ids of archived messages that sessions of the user have been given and not acknowledged. */
export function idsInHand(user: User): ReadonlySet<number> {
  const ids = new Set<number>()
  for (const { managed, held, quiet } of user.resources) {
    for (const { id, stanza } of managed?.unacked ?? []) if (!isCarbon(stanza)) ids.add(id)
    for (const { id, stanza } of held ?? []) if (!isCarbon(stanza)) ids.add(id)
    for (const { id, stanza } of quiet ?? []) if (!isCarbon(stanza)) ids.add(id)
  }
  for (const id of user.taken) ids.add(id)
  return ids
}
