import { bareOf, trusted } from '@heliograph/jid'
import { errorReply, type StanzaCondition, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { arrive } from '../pep/arrive.ts'
import { bounce } from '../pipeline/bounce.ts'
import { sendOn } from '../pipeline/send-on.ts'
import type { Sent } from '../pipeline/sent.ts'
import { withAvatar } from '../profile/avatar.ts'
import { sendSubscription } from '../roster/subscription-outbound.ts'
import { becomeAvailable, becomeUnavailable } from './broadcast.ts'

/** Addresses that got directed presence of one resource: rooms, mostly. */
const DIRECTED_MAX = 5_000

/** Presence of a user's client (RFC 6121 §3, §4). */
export function handlePresence(context: SessionContext, sent: Sent): void {
  const { stanza, user } = sent
  switch (stanza.type) {
    case undefined: {
      const shown = user.avatar === undefined ? sent : { ...sent, stanza: withAvatar(stanza, user.avatar) }
      if (stanza.to !== undefined) return directed(context, shown)
      becomeAvailable(context, shown)
      return arrive(context, user, sent.resource)
    }
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
      // RFC 6121 §4.7.1: no other types exist.
      return refuse(context, sent, 'bad-request')
  }
}

/** RFC 6121 §4.6: to one address, remembered so that it hears of the end, too. */
function directed(context: SessionContext, sent: Sent): void {
  const { user, resource, stanza } = sent
  const to = trusted(stanza.to!)
  if (stanza.type === 'unavailable') {
    if (resource.directed?.delete(to)) context.records.changed(user, resource)
  } else if (!user.roster.isSubscriber(bareOf(to)) || !resource.available) {
    resource.directed ??= new Set()
    if (!resource.directed.has(to)) {
      if (resource.directed.size >= DIRECTED_MAX) return refuse(context, sent, 'resource-constraint')
      resource.directed.add(to)
      // A next owner, too, is to know who must hear of the end.
      sent.obligation.hold()
      context.records.changed(user, resource, () => sent.obligation.release())
    }
  }
  relay(context, sent)
}

function relay(context: SessionContext, sent: Sent): void {
  if (sent.stanza.to === undefined) return
  sent.obligation.hold()
  sendOn(context, sent, sent, (outcome) => {
    if (outcome !== 'taken') bounce(context, sent, outcome)
    sent.obligation.release()
  })
}

function refuse(context: SessionContext, { user, resource, stanza }: Sent, condition: StanzaCondition): void {
  const reply = errorReply(stanza, stanzaError(condition))
  if (reply) context.outgoing.deliver(user, resource, reply)
}
