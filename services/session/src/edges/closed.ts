import { codecs } from '@heliograph/bus'
import type { SessionContext } from '../context.ts'
import { endSession, hibernate } from '../users/end-session.ts'
import type { User, Work } from '../users/user.ts'
import { forgetWaiting } from '../users/waiting.ts'

/** The edge has lost, or orderly closed, a connection. Without `</stream>` a resumable session waits for its client (XEP-0198 §5). */
export function handleClosed(context: SessionContext, user: User, { envelope, from }: Work): void {
  context.router.receipt(from, envelope.transfer)
  forgetWaiting(user, from, envelope.conn)
  const resource = user.onConnection(from, envelope.conn)
  if (!resource) return
  if (!codecs.closed.decode(envelope.body!).lost || !resource.resumable) return endSession(context, user, resource)
  if (resource.attachment === 'connected' || resource.complete) hibernate(context, user, resource)
  // What the edge still has of it is on its way; the session sleeps once it is whole.
  else if (resource.attachment !== 'hibernating') resource.lostEarly = true
}
