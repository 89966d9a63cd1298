import { Op } from '@heliograph/bus'
import type { SessionContext } from '../context.ts'
import { endSession } from '../users/end-session.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** Longer than a commit takes, unless the database is away. */
const PATIENCE_MS = 5_000
const FORGOTTEN = { condition: 'reset', text: 'what was known of the session is lost' }

/**
 * Ends a session of which no record is left, because live state was lost: its client would be there, and get nothing. It comes back and says
 * again what it has no acknowledgement of; so what was taken of that, and comes from its edge again, is stored first, and acknowledged.
 */
export function endBereft(context: SessionContext, user: User, resource: Resource): void {
  const { conn } = resource
  resource.isEnding = true
  const patience = setTimeout(end, PATIENCE_MS)
  resource.custody.whenSettled(end)

  function end(): void {
    clearTimeout(patience)
    const { attachment } = resource
    if (attachment !== 'catching-up' || resource.conn !== conn || !user.resources.includes(resource)) return
    // Another owner hears of it from its edge, as this one did.
    if (context.ownership.heldEpochOf(user.partition) === 0) return
    resource.attachment = 'connected'
    context.outgoing.tellEdge(user, resource, Op.custody, (envelope) => {
      envelope.count = resource.custody.settled
    })
    endSession(context, user, resource, FORGOTTEN)
  }
}
