import type { Jid } from '@heliograph/jid'
import type { RosterItem } from '@heliograph/roster'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import type { User } from '../users/user.ts'
import { sayUnavailable, subscriptionStanza } from './subscription-stanzas.ts'

/** Tells a contact that leaves the roster of the end of the subscriptions in both directions (RFC 6121 §2.5.2). */
export function endSubscriptions(context: SessionContext, user: User, item: RosterItem): void {
  const { jid, subscription, ask, request } = item
  if (subscription === 'to' || subscription === 'both' || ask) {
    forward(context, user, subscriptionStanza(user, jid as Jid, 'unsubscribe'))
  }
  const sees = subscription === 'from' || subscription === 'both'
  // §2.5.2: who loses the subscription sees the user go before it is told. A request that waits is declined.
  if (sees) sayUnavailable(context, user, jid)
  if (sees || request !== '') forward(context, user, subscriptionStanza(user, jid as Jid, 'unsubscribed'))
}
