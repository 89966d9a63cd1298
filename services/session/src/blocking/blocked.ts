import { type Jid, trusted } from '@heliograph/jid'
import { el, errorReply, NS, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { type Arrived, refuseArrived } from '../pipeline/arrived.ts'
import { isServer } from '../pipeline/outbound-iq.ts'
import type { Sent } from '../pipeline/sent.ts'
import type { User } from '../users/user.ts'

/** Whether the user blocks that address. Nearly nobody has a list: then it costs one comparison. */
export function blocks(user: User, jid: Jid | undefined): boolean {
  return user.blocked !== undefined && jid !== undefined && user.blocked.blocks(jid)
}

/**
 * A stanza from somebody the user blocks: the same as if the user were offline or nobody (XEP-0191 §3.3). Presence, results and errors are
 * dropped; messages and requests refused.
 */
export function refuseBlocked(context: SessionContext, arrived: Arrived): void {
  const { stanza, taken } = arrived
  if (stanza.name === 'presence') return taken()
  refuseArrived(context, arrived, stanzaError('service-unavailable'))
}

/** XEP-0191 §3.3: true when the user's client wrote to somebody the user blocks; it has been told so then. */
export function refusedOutbound(context: SessionContext, { user, resource, stanza }: Sent): boolean {
  const to = stanza.to
  if (to === undefined || !blocks(user, trusted(to)) || isServer(context, trusted(to))) return false
  const reply = errorReply(
    stanza,
    stanzaError('not-acceptable', { type: 'cancel', application: el('blocked', { xmlns: NS.blockingErrors }) }),
  )
  if (reply) context.outgoing.deliver(user, resource, reply)
  return true
}
