import type { Jid } from '@heliograph/jid'
import type { SubscriptionType } from '@heliograph/roster'
import { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import type { User } from '../users/user.ts'

/** A subscription stanza in the user's name: between bare JIDs (RFC 6121 §3.1.2). */
export function subscriptionStanza(user: User, to: Jid, type: SubscriptionType): Stanza {
  return new Stanza({ name: 'presence', type, from: user.jid, to })
}

/** A new subscriber learns what the others know (RFC 6121 §3.1.5). */
export function sayAvailable(context: SessionContext, user: User, to: Jid): void {
  for (const { presence } of user.resources) if (presence) forward(context, user, presence.with({ to }))
}

/** Who lost the subscription sees everything go (RFC 6121 §3.2.1, §3.3.3). */
export function sayUnavailable(context: SessionContext, user: User, to: Jid): void {
  for (const { presence, jid } of user.resources) {
    if (presence) forward(context, user, new Stanza({ name: 'presence', type: 'unavailable', from: jid, to }))
  }
}
