import type { SessionContext } from '../context.ts'
import { wakeForMissed } from '../push/away.ts'
import { endSession } from '../users/end-session.ts'
import { salvage } from '../users/salvage.ts'
import type { User, Work } from '../users/user.ts'

/** What crossed the end of a connection without stream management: nobody has had it. */
export function handleReturned(context: SessionContext, user: User, { envelope, from }: Work): void {
  const { stanza, id, conn } = envelope
  const resource = user.onConnection(from, conn)
  // The news itself is on its way; nothing more is to be sent there.
  if (resource) endSession(context, user, resource)
  const missed = stanza ? [{ stanza, id }] : []
  wakeForMissed(context, user, missed)
  salvage(context, user, missed, () => context.router.receipt(from, envelope.transfer))
}
