import type { BareJid } from '@heliograph/jid'
import type { RosterItem } from '@heliograph/roster'
import type { SessionContext } from '../context.ts'
import { tellLessened } from '../pep/relation.ts'
import type { User } from '../users/user.ts'
import { pushItem, pushRemoval } from './push.ts'

/** Items in a roster, unanswered requests included; further ones are refused. */
export const ROSTER_MAX = 10_000

/** Stores a changed item, then shows it to the user's interested resources (RFC 6121 §2.1.6). */
export async function storeItem(context: SessionContext, user: User, item: RosterItem): Promise<void> {
  const before = user.roster.get(item.jid)
  const version = await context.rosters.put(user.jid, item)
  user.roster.apply(item, version)
  tellLessened(context, user, item.jid, before)
  if (item.listed) pushItem(context, user, item)
  else if (before?.listed) pushRemoval(context, user, item.jid)
}

export async function removeItem(context: SessionContext, user: User, contact: BareJid): Promise<void> {
  const before = user.roster.get(contact)
  const version = await context.rosters.remove(user.jid, contact)
  user.roster.remove(contact, version)
  tellLessened(context, user, contact, before)
  pushRemoval(context, user, contact)
}
