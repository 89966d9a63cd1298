import { errorReply, type Stanza, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { handleIq } from '../pipeline/outbound-iq.ts'
import { handleMessage } from '../pipeline/outbound-message.ts'
import type { Sent } from '../pipeline/sent.ts'
import { handlePresence } from '../presence/outbound.ts'
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
  if (!resource || !stanza) return
  const { stream, count, trace } = envelope
  // Sent again by an edge or a resumed client: it was accepted before, and its custody is on its way.
  if (count <= resource.custody.received) return
  const obligation = resource.custody.begin(count)
  const sent = { user, resource, stanza, obligation, stream, count, trace }
  try {
    handlers[stanza.name](context, sent)
    obligation.release()
  } catch (error) {
    context.log.error('stanza_handler_failed', { jid: resource.jid, kind: stanza.name, error })
    obligation.forgive()
    const reply = errorReply(stanza, stanzaError('internal-server-error'))
    if (reply && user.resources.includes(resource)) context.outgoing.deliver(user, resource, reply)
  }
}
