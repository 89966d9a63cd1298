import { trusted } from '@heliograph/jid'
import { errorReply, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import type { Sent } from '../pipeline/sent.ts'
import { sendSubscription } from '../roster/subscription-outbound.ts'
import { becomeAvailable, becomeUnavailable } from './broadcast.ts'

/** Presence of a user's client (RFC 6121 §3, §4). */
export function handlePresence(context: SessionContext, sent: Sent): void {
  const { stanza } = sent
  switch (stanza.type) {
    case undefined:
      return stanza.to === undefined ? becomeAvailable(context, sent) : directed(context, sent)
    case 'unavailable':
      return stanza.to === undefined ? becomeUnavailable(context, sent) : directed(context, sent)
    case 'subscribe':
    case 'subscribed':
    case 'unsubscribe':
    case 'unsubscribed':
      return sendSubscription(context, sent)
    case 'probe':
    case 'error':
      return relay(context, sent)
    default:
      return refuseType(context, sent)
  }
}

/** RFC 6121 §4.6: to one address, remembered so that it hears of the end, too. */
function directed(context: SessionContext, sent: Sent): void {
  const { user, resource, stanza } = sent
  const to = trusted(stanza.to!)
  if (stanza.type === 'unavailable') resource.directed?.delete(to)
  else if (!user.roster.isSubscriber(to as never)) {
    resource.directed ??= new Set()
    resource.directed.add(to)
    context.records.changed(user, resource)
  }
  relay(context, sent)
}

function relay(context: SessionContext, sent: Sent): void {
  if (sent.stanza.to === undefined) return
  sent.obligation.hold()
  forward(context, sent.user, sent.stanza, sent, () => sent.obligation.release())
}

/** RFC 6121 §4.7.1: no other types exist. */
function refuseType(context: SessionContext, { user, resource, stanza }: Sent): void {
  const reply = errorReply(stanza, stanzaError('bad-request'))
  if (reply) context.outgoing.deliver(user, resource, reply)
}
