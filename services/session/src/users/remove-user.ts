import type { SessionContext } from '../context.ts'
import { endSubscriptions } from '../roster/end-subscriptions.ts'
import { endSession } from './end-session.ts'
import { eraseUser } from './erase-user.ts'
import type { User } from './user.ts'

/**
 * What is left of a user whose account was deleted goes: contacts hear of the end of every subscription, then all that is stored is
 * erased. To be run among the user's chores. The sessions are ended by {@link endSessionsOf}.
 */
export async function removeUser(context: SessionContext, user: User): Promise<void> {
  const roster = user.exists ? user.roster : await context.rosters.load(user.jid)
  for (const item of roster.items()) endSubscriptions(context, user, item)
  await eraseUser(context, user.jid)
}

/** Ends the sessions of a user who is no more. Watchers know by then. */
export function endSessionsOf(context: SessionContext, user: User): void {
  for (const resource of [...user.resources]) {
    resource.presence = undefined
    endSession(context, user, resource, { condition: 'not-authorized', text: 'the account was removed' })
  }
  user.profile = 'unknown'
  user.blocked = undefined
  user.avatar = undefined
  user.push = undefined
}
