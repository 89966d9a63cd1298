import { readStanza } from '@heliograph/stanza'
import { blocks } from '../blocking/blocked.ts'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** Requests that nobody has answered are shown to each resource that becomes available (RFC 6121 §3.1.3). */
export function deliverRequests(context: SessionContext, user: User, resource: Resource): void {
  for (const { jid, request } of user.roster.items()) {
    if (request !== '' && !blocks(user, jid)) context.outgoing.deliver(user, resource, readStanza(Buffer.from(request)))
  }
}
