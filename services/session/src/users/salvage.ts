import { errorReply, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import type { Delivery } from './unacked.ts'
import type { User } from './user.ts'

/**
 * What a session that ended was sent and never acknowledged: messages go to the user's other resources, else they count as offline
 * messages; requests are answered with an error (XEP-0198 §6); presence has no value any more.
 */
export function salvage(context: SessionContext, user: User, deliveries: readonly Delivery[]): void {
  const others = user.mostAvailable()
  const offline: number[] = []
  for (const { stanza, id } of deliveries) {
    if (stanza.name === 'message' && stanza.type !== 'error') {
      if (others.length > 0) for (const other of others) context.outgoing.deliver(user, other, stanza, id)
      else if (id > 0) offline.push(id)
    } else if (stanza.name === 'iq' && (stanza.type === 'get' || stanza.type === 'set') && stanza.from) {
      const reply = errorReply(stanza, stanzaError('recipient-unavailable'))
      if (reply) forward(context, user, reply)
    }
  }
  if (offline.length > 0) user.chores.push(() => context.archive.markOffline(user.jid, offline))
}
