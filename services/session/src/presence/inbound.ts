import { Address } from '@heliograph/bus'
import { bareOf, type FullJid, isFull, trusted } from '@heliograph/jid'
import { isRelation } from '../anonymous/restrict.ts'
import type { SessionContext } from '../context.ts'
import { tokenIn } from '../invites/redeem.ts'
import { noteGuest } from '../pep/guests.ts'
import type { Arrived } from '../pipeline/arrived.ts'
import { noteStay } from '../rooms/note-stay.ts'
import { receiveSubscription } from '../roster/subscription-inbound.ts'
import { admitsRequest } from '../strangers/stranger-filter.ts'
import { answerProbe } from './probe.ts'

/** Presence for a local user that came by itself: directed, from other servers, subscriptions, probes (RFC 6121 §8.5, §3, §4.3). */
export function receivePresence(context: SessionContext, arrived: Arrived): void {
  const { user, stanza, taken } = arrived
  if (!user.exists) {
    // RFC 6121 §8.5.1: for nobody it is silently ignored, but for a probe, which is answered as by somebody who doesn't know the asker.
    if (stanza.type === 'probe') answerProbe(context, user, trusted(stanza.from!))
    return taken()
  }
  if (user.anonymous && isRelation(stanza)) return taken()
  switch (stanza.type) {
    case 'subscribe':
      // With an invitation the filter is asked when that turns out to be none.
      if (tokenIn(stanza) === undefined && !admitsRequest(context, user, stanza)) return taken()
      return receiveSubscription(context, arrived)
    case 'subscribed':
    case 'unsubscribe':
    case 'unsubscribed':
      return receiveSubscription(context, arrived)
    case 'probe':
      answerProbe(context, user, trusted(stanza.from!))
      return taken()
    default:
      noteGuest(context, user, stanza)
      // Its subscription is being stored: what came after it is shown after it.
      if (user.subscribing.size > 0 && user.subscribing.has(bareOf(trusted(stanza.from!)))) {
        user.chores.pushBeyond(async () => deliver(context, arrived))
      } else deliver(context, arrived)
      return taken()
  }
}

function deliver(context: SessionContext, { user, stanza, trace }: Arrived): void {
  const to = trusted(stanza.to ?? user.jid)
  if (isFull(to)) {
    const resource = user.resource(to as FullJid)
    if (!resource) return
    noteStay(context, user, resource, stanza)
    user.afterCommit.pass(() => context.outgoing.deliver(user, resource, stanza, 0, trace))
    return
  }
  const available = user.resources.filter((resource) => resource.available)
  const recipients = available.map((resource) => ({ user, resource, as: Address.bare }))
  if (recipients.length > 0) user.afterCommit.pass(() => context.outgoing.deliverCopies(recipients, stanza, { trace }))
}
