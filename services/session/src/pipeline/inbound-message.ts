import { withoutForeignIds } from '@heliograph/archive'
import { isFull, trusted } from '@heliograph/jid'
import { type StanzaError, stanzaError } from '@heliograph/stanza'
import { archiveReceived, isToBeArchived } from '../archive/archive-received.ts'
import { copyReceived } from '../carbons/copy.ts'
import type { SessionContext } from '../context.ts'
import { isFromRoom, isOfflineStorable } from '../payloads/eligibility.ts'
import { judgeMessage } from '../strangers/stranger-filter.ts'
import type { Resource } from '../users/resource.ts'
import { type Arrived, refuseArrived } from './arrived.ts'
import { targetsOf } from './targets.ts'

/** A message on its way in, as the stages pass it on. */
export interface InboundMessage extends Arrived {
  readonly targets: readonly Resource[]
  /** To be given to the next resource that becomes available (XEP-0160). */
  readonly offline: boolean
}

/** `pass` the message on, `refuse` it with an error to its sender, `drop` it for want of a receiver, or `ignore` it. */
type Verdict =
  | { readonly kind: 'pass'; readonly message: InboundMessage }
  | { readonly kind: 'refuse'; readonly error: StanzaError }
  | { readonly kind: 'drop'; readonly reason: string }
  | { readonly kind: 'ignore' }

const DROPPED: Verdict = { kind: 'drop', reason: 'nobody there for it' }

type Stage = (context: SessionContext, message: InboundMessage) => Verdict

/** What happens to a message for a local user before it is stored and delivered, in this order. */
export const inboundMessageStages: readonly Stage[] = [admitStranger, stripForeignIds, chooseTargets]

/** Messages for a local user: RFC 6121 §8.5. */
export function receiveMessage(context: SessionContext, arrived: Arrived): void {
  let message: InboundMessage = { ...arrived, targets: [], offline: false }
  for (const stage of inboundMessageStages) {
    const verdict = stage(context, message)
    if (verdict.kind === 'refuse') return refuseArrived(context, arrived, verdict.error)
    if (verdict.kind === 'drop') return drop(context, arrived)
    if (verdict.kind === 'ignore') return arrived.taken()
    message = verdict.message
  }
  archiveReceived(context, message)
}

/** Nobody it is for is there; others may still want to know (XEP-0280 §7). */
function drop(context: SessionContext, { user, stanza, trace, taken }: Arrived): void {
  if (user.resources.length > 0) user.afterCommit.pass(() => copyReceived(context, user, stanza, { trace }))
  taken()
}

/** Of people whom the user has nothing to do with, as the domain has it. */
function admitStranger(context: SessionContext, message: InboundMessage): Verdict {
  if (!context.config.filtersStrangers) return pass(message)
  const verdict = judgeMessage(context, message.user, message.stanza)
  return verdict === 'pass' ? pass(message) : verdict === 'refuse' ? refuse('service-unavailable') : { kind: 'ignore' }
}

/** XEP-0359 §6. */
function stripForeignIds(_context: SessionContext, message: InboundMessage): Verdict {
  const stanza = withoutForeignIds(message.stanza, message.user.jid)
  return pass(stanza === message.stanza ? message : { ...message, stanza })
}

/** RFC 6121 §8.5.2 and §8.5.3. */
function chooseTargets(context: SessionContext, message: InboundMessage): Verdict {
  const { user, stanza } = message
  const targets = user.exists ? targetsOf(user, stanza) : []
  if (targets.length > 0) return pass({ ...message, targets })
  if (context.lists.heard(stanza, trusted(stanza.to ?? user.jid))) return { kind: 'ignore' }
  switch (stanza.type) {
    case 'error':
    case 'headline':
      return DROPPED
    case 'chat':
      return waitOffline(context, message)
    case 'groupchat':
      // §8.5.2.1.1, §8.5.3.2.1: nobody but the occupant whose address it is gets it.
      return refuse('service-unavailable')
    default:
      // §8.5.3.2.1: meant for that resource alone, and it is gone.
      return isFull(trusted(stanza.to ?? user.jid)) ? refuse('service-unavailable') : waitOffline(context, message)
  }
}

/**
 * XEP-0160 §3. What can't be stored is dropped when it says nothing, such as a chat state. RFC 6121 §8.5.1 leaves the choice what becomes of
 * messages to nobody: only those that would have waited for somebody are refused, so that nothing that a user doesn't get to see tells
 * who exists (RFC 6120 §13.11).
 */
function waitOffline(context: SessionContext, message: InboundMessage): Verdict {
  const { config } = context
  const { user, stanza } = message
  if (!isOfflineStorable(stanza)) return stanza.hasBody ? refuse('service-unavailable') : DROPPED
  // XEP-0160 §3: "if the user's offline message queue is full". What was taken leaves it in a moment.
  if (!user.exists || user.anonymous || user.offline - user.taken.length >= config.offlineLimit)
    return refuse('service-unavailable')
  // What people say has as much room again: no room, however lively, is in its way. It is in its archive, and maybe in the user's.
  if (isFromRoom(stanza) && user.offline - user.taken.length >= config.offlineLimit / 2)
    return isToBeArchived(context, user, stanza) ? pass(message) : { kind: 'ignore' }
  return pass({ ...message, offline: true })
}

function pass(message: InboundMessage): Verdict {
  return { kind: 'pass', message }
}

function refuse(condition: 'service-unavailable'): Verdict {
  return { kind: 'refuse', error: stanzaError(condition) }
}
