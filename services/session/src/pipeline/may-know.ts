import { type BareJid, bareOf, type Jid } from '@heliograph/jid'
import type { User } from '../users/user.ts'

/**
 * Whether somebody may learn that this account exists: the user, and those who see the user's presence. To anybody else it is answered for
 * as for an address that nobody has (RFC 6120 §13.11, XEP-0030 §8).
 */
export function mayKnow(user: User, asker: Jid | BareJid): boolean {
  if (!user.exists) return false
  const bare = bareOf(asker)
  return bare === user.jid || user.roster.isSubscriber(bare)
}
