import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { RosterItem } from '@heliograph/roster'
import type { SessionContext } from '../context.ts'
import type { User } from '../users/user.ts'
import { pushItem, pushRemoval } from './push.ts'

const RETRY_MS = 250

/** Stores a changed item, then shows it to the user's interested resources (RFC 6121 §2.1.6). */
export async function storeItem(context: SessionContext, user: User, item: RosterItem): Promise<void> {
  const before = user.roster.get(item.jid)
  const version = await context.rosters.put(user.jid, item)
  user.roster.apply(item, version)
  if (item.listed) pushItem(context, user, item)
  else if (before?.listed) pushRemoval(context, user, item.jid)
}

export async function removeItem(context: SessionContext, user: User, contact: BareJid): Promise<void> {
  const version = await context.rosters.remove(user.jid, contact)
  user.roster.remove(contact, version)
  pushRemoval(context, user, contact)
}

/**
 * Runs a chore that must not be lost: again while the database is away, as long as the user is owned here. Nothing that depends on it
 * is acknowledged before it is done, so a loss of ownership loses nothing.
 */
export function persistently(context: SessionContext, user: User, chore: () => Promise<void>): void {
  const taken = user.chores.push(async () => {
    while (context.ownership.epochOf(user.partition) !== 0) {
      try {
        return await chore()
      } catch (error) {
        if (!isUnavailable(error)) throw error
        await sleep(RETRY_MS)
      }
    }
  })
  if (!taken) context.log.warn('chores_full', { jid: user.jid })
}
