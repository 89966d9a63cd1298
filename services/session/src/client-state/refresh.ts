import { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { probeContacts } from '../presence/tell-fanout.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/**
 * What an inactive client was still to be told of others' presence died with its former owner. It is asked for again: nobody is there, until
 * they say otherwise. All of it waits for the client like what was lost, so that what it hears in the end is true.
 */
export function refreshPresence(context: SessionContext, user: User, resource: Resource): void {
  if (!resource.available) return
  for (const { jid } of user.roster.items()) {
    if (!user.roster.isSubscribedTo(jid)) continue
    // Without a resource: all of them (RFC 6121 §4.3.2).
    const gone = new Stanza({ name: 'presence', type: 'unavailable', from: jid, to: resource.jid })
    context.outgoing.deliver(user, resource, gone)
  }
  for (const other of user.resources) {
    if (other === resource || !other.presence) continue
    context.outgoing.deliver(user, resource, other.presence.with({ to: resource.jid }))
  }
  probeContacts(context, user, resource)
}
