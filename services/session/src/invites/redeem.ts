import type { BareJid, Jid } from '@heliograph/jid'
import { stateOf } from '@heliograph/roster'
import { NS, type Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import { ROSTER_MAX, storeItem } from '../roster/store-item.ts'
import { sayAvailable, subscriptionStanza } from '../roster/subscription-stanzas.ts'
import type { User } from '../users/user.ts'
import { isToken } from './invites.ts'
import { TokenTries } from './token-tries.ts'

const PREAUTH = `{${NS.preAuth}}preauth`

/** The token in a subscription request (XEP-0379 §3.4); undefined without one that could be ours. */
export function tokenIn(request: Stanza): string | undefined {
  if (!request.children.includes(PREAUTH)) return undefined
  const token = request.child('preauth', NS.preAuth)?.attrs.token
  return token !== undefined && isToken(token) ? token : undefined
}

/**
 * Lets in who asks with an invitation of this user, and asks in return (XEP-0379 §3.5).
 * @returns false when it isn't good: the user is asked as always
 */
export async function redeem(context: SessionContext, user: User, contact: BareJid, token: string): Promise<boolean> {
  const before = user.roster.get(contact)
  if (before === undefined && user.roster.size >= ROSTER_MAX) return false
  const { invites, events } = context
  user.tokenTries ??= new TokenTries()
  // Too often is answered as a wrong one is.
  if (!user.tokenTries.take(contact, performance.now()) || !(await invites.claim(token, user.jid, contact))) {
    events.invite('refused')
    return false
  }
  const { to } = stateOf(before)
  await storeItem(context, user, {
    jid: contact,
    // XEP-0379 §5: no name that others have chosen.
    name: before?.name ?? '',
    groups: before?.groups ?? [],
    subscription: to ? 'both' : 'from',
    ask: !to,
    approved: false,
    request: '',
    listed: true,
  })
  forward(context, user, subscriptionStanza(user, contact as Jid, 'subscribed'))
  if (!to) forward(context, user, subscriptionStanza(user, contact as Jid, 'subscribe'))
  sayAvailable(context, user, contact as Jid)
  await invites.joined(token)
  events.invite('joined')
  return true
}
