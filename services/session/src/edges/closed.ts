import { codecs } from '@heliograph/bus'
import type { SessionContext } from '../context.ts'
import { endSession, hibernate } from '../users/end-session.ts'
import type { User, Work } from '../users/user.ts'
import { forgetWaiting } from '../users/waiting.ts'
import { forgetOpening } from './extent.ts'

/** The edge has lost, or orderly closed, a connection. Without `</stream>` a resumable session waits for its client (XEP-0198 §5). */
export function handleClosed(context: SessionContext, user: User, { envelope, from }: Work): void {
  const receipt = () => context.router.receipt(from, envelope.transfer)
  forgetWaiting(user, from, envelope.conn)
  forgetOpening(user, from, envelope.conn)
  const resource = user.onConnection(from, envelope.conn)
  if (!resource || resource.attachment === 'hibernating') return receipt()
  const over = !codecs.closed.decode(envelope.body!).lost || !resource.resumable
  if (resource.managed !== undefined && resource.isIncomplete) {
    // What the edge still has of it is on its way; once it is whole it sleeps, or what nobody acknowledged waits for another.
    resource.lostEarly = receipt
    resource.closedEarly = over
  } else if (over) {
    endSession(context, user, resource, undefined, receipt)
  } else {
    hibernate(context, user, resource)
    // Until it is recorded only the edge knows.
    context.records.changed(user, resource, receipt)
  }
}
