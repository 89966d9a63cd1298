import { hop } from '@heliograph/telemetry'
import { blocks, refuseBlocked } from '../blocking/blocked.ts'
import type { SessionContext } from '../context.ts'
import { isDelegated } from '../delegation/bring-back.ts'
import { refusedListed } from '../listed/refuse-listed.ts'
import { receivePresence } from '../presence/inbound.ts'
import type { User, Work } from '../users/user.ts'
import type { Arrived } from './arrived.ts'
import { receiveIq } from './inbound-iq.ts'
import { receiveMessage } from './inbound-message.ts'

/** A stanza addressed to a local user's bare or full JID (RFC 6121 §8.5), from whichever service. */
export function handleRoute(context: SessionContext, user: User, { envelope, from }: Work): void {
  const stanza = envelope.stanza
  const { stream, count, transfer } = envelope
  const span = hop(context.tracing, 'session.in', envelope.trace)
  const taken = () => {
    span.end()
    context.router.receipt(from, transfer)
  }
  if (!stanza) return taken()
  if (stream !== '' && user.repetitions.seen(stream, count)) {
    // What was sent before is taken when everything up to now is: its own commit may still be under way.
    context.archive.whenStored(taken)
    return
  }
  const arrived: Arrived = { user, stanza, stream, count, trace: span.trace, taken }
  if (isDelegated(context, arrived)) return
  if (blocks(user, stanza.from)) return refuseBlocked(context, arrived)
  if (context.listed.size > 0 && refusedListed(context, arrived)) return
  switch (stanza.name) {
    case 'message':
      return receiveMessage(context, arrived)
    case 'presence':
      return receivePresence(context, arrived)
    case 'iq':
      return receiveIq(context, arrived)
  }
}
