import { codecs, Op } from '@heliograph/bus'
import { errorReply, type Stanza, stanzaError } from '@heliograph/stanza'
import { hop } from '@heliograph/telemetry'
import { refusedAnonymous } from '../anonymous/restrict.ts'
import { refusedOutbound } from '../blocking/blocked.ts'
import type { SessionContext } from '../context.ts'
import { isToSeveral, sendToSeveral } from '../multicast/send-to-several.ts'
import { handleIq } from '../pipeline/outbound-iq.ts'
import { handleMessage } from '../pipeline/outbound-message.ts'
import type { Sent } from '../pipeline/sent.ts'
import { handlePresence } from '../presence/outbound.ts'
import { shape } from '../rates/shape.ts'
import { endSession, hibernate } from '../users/end-session.ts'
import type { Resource } from '../users/resource.ts'
import type { User, Work } from '../users/user.ts'

const handlers: Record<Stanza['name'], (context: SessionContext, sent: Sent) => void> = {
  message: handleMessage,
  presence: handlePresence,
  iq: handleIq,
}

/** A stanza of the user's client, `from` stamped and `to` prepared by the edge. */
export function handleClientStanza(context: SessionContext, user: User, { envelope, from }: Work): void {
  const resource = user.onConnection(from, envelope.conn)
  const stanza = envelope.stanza
  if (!resource || !stanza || resource.isEnding) return
  const { stream, count } = envelope
  // Sent again by an edge or a resumed client: it was accepted before, and its custody is on its way.
  if (count <= resource.custody.received) return
  if (count > resource.custody.received + 1) return breakOff(context, user, resource, count)
  shape(context, user, resource, stanza)
  const obligation = resource.custody.begin(count)
  const span = hop(context.tracing, 'session.out', envelope.trace)
  const sent = { user, resource, stanza, obligation, stream, count, trace: span.trace }
  try {
    if (isToSeveral(context, sent)) sendToSeveral(context, sent, (copy) => send(context, copy))
    else send(context, sent)
    obligation.release()
  } catch (error) {
    context.log.error('stanza_handler_failed', { jid: resource.jid, kind: stanza.name, error })
    obligation.forgive()
    const reply = errorReply(stanza, stanzaError('internal-server-error'))
    if (reply && user.resources.includes(resource)) context.outgoing.deliver(user, resource, reply)
  } finally {
    span.end()
  }
}

function send(context: SessionContext, sent: Sent): void {
  const { user, stanza } = sent
  const refused =
    (user.blocked !== undefined && refusedOutbound(context, sent)) ||
    (user.anonymous && refusedAnonymous(context, sent))
  if (!refused) handlers[stanza.name](context, sent)
}

/**
 * Stanzas before this one are missing: a bound on the way here was hit. Nothing is taken out of order; a client with stream management
 * comes back and sends all of them again.
 */
function breakOff(context: SessionContext, user: User, resource: Resource, count: number): void {
  context.log.error('stanzas_missing', { jid: resource.jid, count, received: resource.custody.received })
  const reason = { condition: 'internal-server-error', text: 'stanzas were lost on their way' }
  if (!resource.resumable) return endSession(context, user, resource, reason)
  context.outgoing.tellEdge(user, resource, Op.disconnect, (envelope) => {
    envelope.body = codecs.disconnect.encode(reason)
  })
  hibernate(context, user, resource)
}
