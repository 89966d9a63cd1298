import { errorReply, type Stanza, stanzaError } from '@heliograph/stanza'
import { keepForLater } from '../archive/offline.ts'
import { takes } from '../carbons/copy.ts'
import type { SessionContext } from '../context.ts'
import { isCopied, isOfflineStorable } from '../payloads/eligibility.ts'
import { forward, SERVER_MADE } from '../pipeline/forward.ts'
import { receiveMessage } from '../pipeline/inbound-message.ts'
import type { Resource } from './resource.ts'
import type { Delivery } from './unacked.ts'
import type { User } from './user.ts'

/**
 * What a session that ended was sent and never acknowledged: messages go to the user's other resources, else they count as offline
 * messages; requests are answered with an error (XEP-0198 §6); presence has no value any more. `kept` is called when what waits is marked as
 * such, so that another owner would find it.
 */
export function salvage(
  context: SessionContext,
  user: User,
  deliveries: readonly Delivery[],
  kept: () => void = () => {},
): void {
  const others = user.mostAvailable()
  const waiting: Delivery[] = []
  let open = 1
  const close = () => {
    open--
    if (open === 0) kept()
  }
  const arriveAgain = ({ stanza }: Delivery) => {
    open++
    receiveMessage(context, { user, stanza, ...SERVER_MADE, told: true, taken: close })
  }
  for (const delivery of deliveries) {
    const { stanza, id } = delivery
    if (stanza.name === 'iq') answerFor(context, user, stanza)
    else if (stanza.name !== 'message' || !isOfflineStorable(stanza)) continue
    else if (others.length > 0 && id !== 0) {
      for (const other of others) if (!hasHad(other, delivery)) context.outgoing.deliver(user, other, stanza, id)
    } else if (id !== 0) waiting.push(delivery)
    // It has no place among the user's messages yet: as if it came now.
    else arriveAgain(delivery)
  }
  if (waiting.length > 0) keepForLater(context, user, waiting, arriveAgain, close)
  else close()
}

/**
 * What was sent to the account went to all that shared the highest priority then; only what was for the one resource is new to others, but
 * for those that have a copy.
 */
function hasHad(other: Resource, { stanza, id }: Delivery): boolean {
  if (takes(other, id) && isCopied(stanza, 'received')) return true
  return stanza.to !== undefined && !stanza.to.includes('/') && other.eligibleFrom < id
}

/** Requests are never shared: `to` is the resource. */
function answerFor(context: SessionContext, user: User, stanza: Stanza): void {
  if ((stanza.type !== 'get' && stanza.type !== 'set') || !stanza.from) return
  const reply = errorReply(stanza, stanzaError('recipient-unavailable'))
  if (reply) forward(context, user, reply)
}
