import { randomBytes } from 'node:crypto'
import { codecs, type Enable, Op } from '@heliograph/bus'
import type { SessionContext } from '../context.ts'
import type { Managed, Resource } from '../users/resource.ts'
import type { User, Work } from '../users/user.ts'

/** Stream management from here on (XEP-0198 §3): this instance keeps what the client has not acknowledged. */
export function handleEnable(context: SessionContext, user: User, { envelope, from }: Work): void {
  const resource = user.onConnection(from, envelope.conn)
  if (!resource) return
  // Asked again when the answer of a former owner was lost with it: the id stands.
  const { id, max } = resource.managed ?? manage(context, resource, codecs.enable.decode(envelope.body!))
  context.outgoing.tellEdge(user, resource, Op.enabled, (reply) => {
    reply.body = codecs.enabled.encode({ id, max })
  })
  context.records.changed(user, resource)
}

function manage(context: SessionContext, resource: Resource, wish: Enable): Managed {
  const limit = context.config.resumeSeconds
  const max = wish.max > 0 ? Math.min(wish.max, limit) : limit
  const id = wish.resume ? randomBytes(18).toString('base64url') : ''
  return resource.manage(id, max, resource.custody.received)
}
