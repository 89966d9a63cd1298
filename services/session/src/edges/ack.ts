import { codecs, Op } from '@heliograph/bus'
import { acknowledge } from '../archive/taken.ts'
import type { SessionContext } from '../context.ts'
import type { User, Work } from '../users/user.ts'

/** The client acknowledges what it was sent, up to `count` (XEP-0198 §4). */
export function handleAck(context: SessionContext, user: User, { envelope, from }: Work): void {
  const resource = user.onConnection(from, envelope.conn)
  if (!resource?.managed) return
  if (acknowledge(context, user, resource.managed.unacked, envelope.count)) return
  // The edge checks h against what it wrote; this is a second line, for an edge that lost count.
  context.log.warn('ack_beyond_sent', { jid: resource.jid, h: envelope.count })
  context.outgoing.tellEdge(user, resource, Op.disconnect, (reply) => {
    reply.body = codecs.disconnect.encode({ condition: 'undefined-condition', text: 'acknowledged more than was sent' })
  })
}
