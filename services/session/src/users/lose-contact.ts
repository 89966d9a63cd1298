import { codecs, Envelope, Kind, Op } from '@heliograph/bus'
import type { SessionContext } from '../context.ts'
import { endSession, hibernate } from './end-session.ts'
import type { Resource } from './resource.ts'
import type { User } from './user.ts'

const AGAIN_MS = 250

/**
 * Something for a resource could not be sent to its edge, which lags too far behind: nothing later may reach it on this connection. The
 * session waits for its client to resume, else it ends; the edge is told to close the connection as soon as it can be told anything.
 */
export function loseContact(context: SessionContext, user: User, resource: Resource): void {
  if (resource.attachment === 'hibernating' || !user.resources.includes(resource)) return
  const { edge, conn } = resource
  context.log.warn('edge_lags', { edge, jid: resource.jid })
  if (resource.resumable) hibernate(context, user, resource)
  // Whoever is going through the user's resources now must find them unchanged.
  else queueMicrotask(() => endSession(context, user, resource))
  closeWhenPossible(context, user.partition, edge, conn)
}

function closeWhenPossible(context: SessionContext, partition: number, edge: string, conn: number): void {
  const attempt = () => {
    const epoch = context.ownership.heldEpochOf(partition)
    if (epoch === 0 || context.departed.has(edge)) return
    const envelope = new Envelope(Op.disconnect)
    envelope.emitterKind = Kind.user
    envelope.emitterPartition = partition
    envelope.epoch = epoch
    envelope.conn = conn
    envelope.body = codecs.disconnect.encode({ condition: 'resource-constraint', text: 'the server lags behind' })
    if (!context.router.tell(edge, envelope)) setTimeout(attempt, AGAIN_MS).unref()
  }
  attempt()
}
