import type { SessionContext } from '../context.ts'
import { endSession } from './end-session.ts'
import type { Resource } from './resource.ts'
import type { User } from './user.ts'

/** A client that doesn't acknowledge, or stays away while much is sent to it: its session ends, its messages wait offline. */
export function overflow(context: SessionContext, user: User, resource: Resource): void {
  if (!user.resources.includes(resource)) return
  context.events.overflowed()
  context.log.info('session_overflowed', { jid: resource.jid })
  endSession(context, user, resource, { condition: 'resource-constraint', text: 'too much is unacknowledged' })
}
