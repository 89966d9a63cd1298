import { randomBytes } from 'node:crypto'
import { codecs, type Enable, Op } from '@heliograph/bus'
import type { SessionContext } from '../context.ts'
import { type Managed, managed, type Resource } from '../users/resource.ts'
import type { User, Work } from '../users/user.ts'

/** Stream management from here on (XEP-0198 §3): this instance keeps what the client has not acknowledged. */
export function handleEnable(context: SessionContext, user: User, { envelope, from }: Work): void {
  const resource = user.onConnection(from, envelope.conn)
  if (!resource) return
  // Asked again, because the way here was set up anew: the id stands.
  resource.managed ??= manage(context, user, resource, codecs.enable.decode(envelope.body!))
  const { id, max } = resource.managed
  context.outgoing.tellEdge(user, resource, Op.enabled, (reply) => {
    reply.body = codecs.enabled.encode({ id, max })
  })
  context.records.changed(user, resource)
}

/** What stream management begins with. */
export function manage(
  context: SessionContext,
  user: User,
  resource: Resource,
  wish: Pick<Enable, 'resume' | 'max'>,
): Managed {
  const limit = context.config.resumeSeconds
  const max = wish.max > 0 ? Math.min(wish.max, limit) : limit
  // Whoever is anonymous can't come back as the same.
  const id = wish.resume && max > 0 && !user.anonymous ? randomBytes(18).toString('base64url') : ''
  return managed(id, max, resource.custody.received)
}
