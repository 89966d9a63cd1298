import { Kind } from '@heliograph/bus'
import { trusted } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** A room says that the session is not in it, or not under that nick any more: it needn't be told when the session ends. */
export function noteOutside(context: SessionContext, user: User, resource: Resource, stanza: Stanza): void {
  if (stanza.name !== 'presence' || resource.directed === undefined || stanza.from === undefined) return
  if (stanza.type !== 'unavailable' && stanza.type !== 'error') return
  const occupant = trusted(stanza.from)
  if (context.hosts.kindOf(occupant) !== Kind.room) return
  if (resource.directed.delete(occupant)) context.records.changed(user, resource)
}
