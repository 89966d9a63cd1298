import { type StanzaError, stanzaError } from '@heliograph/stanza'
import { archiveReceived } from '../archive/archive-received.ts'
import { isOfflineStorable } from '../archive/eligibility.ts'
import { withoutForeignIds } from '../archive/stanza-ids.ts'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import { type Arrived, refuseArrived } from './arrived.ts'
import { targetsOf } from './targets.ts'

/** A message on its way in, as the stages pass it on. */
export interface InboundMessage extends Arrived {
  readonly targets: readonly Resource[]
  /** To be given to the next resource that becomes available (XEP-0160). */
  readonly offline: boolean
}

/** `pass` the message on, `refuse` it with an error to its sender, or `drop` it silently. */
type Verdict =
  | { readonly kind: 'pass'; readonly message: InboundMessage }
  | { readonly kind: 'refuse'; readonly error: StanzaError }
  | { readonly kind: 'drop'; readonly reason: string }

type Stage = (context: SessionContext, message: InboundMessage) => Verdict

/** What happens to a message for a local user before it is stored and delivered, in this order. */
export const inboundMessageStages: readonly Stage[] = [knownUser, stripForeignIds, chooseTargets]

/** Messages for a local user: RFC 6121 §8.5. */
export function receiveMessage(context: SessionContext, arrived: Arrived): void {
  let message: InboundMessage = { ...arrived, targets: [], offline: false }
  for (const stage of inboundMessageStages) {
    const verdict = stage(context, message)
    if (verdict.kind === 'refuse') return refuseArrived(context, arrived, verdict.error)
    if (verdict.kind === 'drop') return arrived.taken()
    message = verdict.message
  }
  archiveReceived(context, message)
}

/** RFC 6121 §8.5.1. */
function knownUser(_context: SessionContext, message: InboundMessage): Verdict {
  return message.user.exists ? pass(message) : refuse('service-unavailable')
}

/** XEP-0359 §6. */
function stripForeignIds(_context: SessionContext, message: InboundMessage): Verdict {
  const stanza = withoutForeignIds(message.stanza, message.user.jid)
  return pass(stanza === message.stanza ? message : { ...message, stanza })
}

/** RFC 6121 §8.5.2 and §8.5.3. */
function chooseTargets(_context: SessionContext, message: InboundMessage): Verdict {
  const { user, stanza } = message
  const targets = targetsOf(user, stanza)
  if (targets.length > 0) return pass({ ...message, targets })
  switch (stanza.type) {
    case 'groupchat':
      // §8.5.2.1.1 and §8.5.3.2.1
      return refuse('service-unavailable')
    case 'error':
    case 'headline':
      return { kind: 'drop', reason: 'nobody there for it' }
    default:
      return pass({ ...message, offline: isOfflineStorable(stanza) })
  }
}

function pass(message: InboundMessage): Verdict {
  return { kind: 'pass', message }
}

function refuse(condition: 'service-unavailable'): Verdict {
  return { kind: 'refuse', error: stanzaError(condition) }
}
