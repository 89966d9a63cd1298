import { withoutForeignIds } from '@heliograph/archive'
import { trusted } from '@heliograph/jid'
import { archiveSent } from '../archive/archive-sent.ts'
import type { SessionContext } from '../context.ts'
import { decideSubscription } from '../pep/decide.ts'
import { publishDisplayed } from '../pep/displayed.ts'
import { Addressed } from '../strangers/addressed.ts'
import { bounce } from './bounce.ts'
import type { Provenance } from './forward.ts'
import { sendOn } from './send-on.ts'
import type { Sent } from './sent.ts'

/** A message on its way out, as the stages pass it on. */
export interface OutboundMessage extends Sent {
  readonly provenance: Provenance
}

/** Undefined ends it: the stage has answered. */
type Stage = (context: SessionContext, message: OutboundMessage) => OutboundMessage | undefined

/** What happens to a client's message, in this order. */
export const outboundMessageStages: readonly Stage[] = [
  address,
  decideSubscription,
  rememberAddressee,
  publishDisplayed,
  stripForeignIds,
  archive,
  route,
]

/** Messages of a user's client (RFC 6121 §5, §8.1). */
export function handleMessage(context: SessionContext, sent: Sent): void {
  let message: OutboundMessage | undefined = { ...sent, provenance: sent }
  for (const stage of outboundMessageStages) {
    message = stage(context, message)
    if (message === undefined) return
  }
}

/** RFC 6120 §10.3.1: without 'to' it is for the sender's own account. */
function address(_context: SessionContext, message: OutboundMessage): OutboundMessage {
  if (message.stanza.to !== undefined) return message
  return { ...message, stanza: message.stanza.with({ to: message.user.jid }) }
}

/** Where strangers are filtered, whoever is written to is none, and may answer. */
function rememberAddressee(context: SessionContext, message: OutboundMessage): OutboundMessage {
  const { user, stanza } = message
  if (!context.config.filtersStrangers) return message
  user.addressed ??= new Addressed()
  user.addressed.add(trusted(stanza.to!))
  return message
}

/** XEP-0359 §6: an id in this account's name is only ever set by this account. */
function stripForeignIds(_context: SessionContext, message: OutboundMessage): OutboundMessage {
  const stanza = withoutForeignIds(message.stanza, message.user.jid)
  return stanza === message.stanza ? message : { ...message, stanza }
}

/** The sender's own copy. Custody waits for its commit; the way to the receiver doesn't, for what isn't in custody is sent again. */
function archive(context: SessionContext, message: OutboundMessage): OutboundMessage | undefined {
  const provenance = archiveSent(context, message)
  if (provenance === 'full') {
    bounce(context, message, 'full')
    return undefined
  }
  return provenance === message.provenance ? message : { ...message, provenance }
}

function route(context: SessionContext, message: OutboundMessage): OutboundMessage {
  message.obligation.hold()
  sendOn(context, message, message.provenance, (outcome) => {
    if (outcome !== 'taken') bounce(context, message, outcome)
    message.obligation.release()
  })
  return message
}
