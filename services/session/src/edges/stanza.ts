import type { SessionContext } from '../context.ts'
import { handleIq } from '../pipeline/outbound-iq.ts'
import { handleMessage } from '../pipeline/outbound-message.ts'
import { handlePresence } from '../presence/outbound.ts'
import type { User, Work } from '../users/user.ts'

/** A stanza of the user's client, `from` stamped and `to` prepared by the edge. */
export function handleClientStanza(context: SessionContext, user: User, { envelope, from }: Work): void {
  const resource = user.onConnection(from, envelope.conn)
  const stanza = envelope.stanza
  if (!resource || !stanza) return
  // Sent again by an edge or a resumed client: it was accepted before, and its custody is on its way.
  if (envelope.count <= resource.custody.received) return
  const obligation = resource.custody.begin(envelope.count)
  const sent = {
    user,
    resource,
    stanza,
    obligation,
    stream: envelope.stream,
    count: envelope.count,
    trace: envelope.trace,
  }
  switch (stanza.name) {
    case 'message':
      handleMessage(context, sent)
      break
    case 'presence':
      handlePresence(context, sent)
      break
    case 'iq':
      handleIq(context, sent)
      break
  }
  obligation.release()
}
