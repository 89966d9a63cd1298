import { type Envelope, type InstanceId, Op } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import type { SessionContext } from './context.ts'
import { handleAck } from './edges/ack.ts'
import { handleAnnounce, handleUnacked } from './edges/announce.ts'
import { handleClosed } from './edges/closed.ts'
import { handleEnable } from './edges/enable.ts'
import { handleOpen } from './edges/open.ts'
import { handleResume } from './edges/resume.ts'
import { handleClientStanza } from './edges/stanza.ts'
import { handleRoute, refuseFull } from './pipeline/route.ts'
import { loadUser } from './users/load.ts'
import type { User, Work } from './users/user.ts'

type Handler = (context: SessionContext, user: User, work: Work) => void

/** What each operation on a user does. */
const handlers: Partial<Record<Op, Handler>> = {
  [Op.open]: handleOpen,
  [Op.resume]: handleResume,
  [Op.enable]: handleEnable,
  [Op.stanza]: handleClientStanza,
  [Op.ack]: handleAck,
  [Op.closed]: handleClosed,
  [Op.announce]: handleAnnounce,
  [Op.unacked]: handleUnacked,
  [Op.route]: handleRoute,
}

/** Envelopes for users owned here: each into its user's mailbox. */
export function receive(context: SessionContext, envelope: Envelope, from: InstanceId): void {
  const user = context.users.get(envelope.key as BareJid, envelope.partition)
  // Edges bound what they send per connection; only other services' stanzas need a bound here.
  if (envelope.op === Op.route && user.mailbox.depth >= context.config.mailboxBound) {
    refuseFull(context, user, envelope, from)
    return
  }
  user.mailbox.push({ envelope, from })
}

/** Runs in the user's mailbox. */
export function handle(context: SessionContext, user: User, work: Work): void | Promise<void> {
  if (user.profile === undefined) return loadUser(context, user).then(() => act(context, user, work))
  act(context, user, work)
}

function act(context: SessionContext, user: User, work: Work): void {
  // The partition may have been lost while the user was being loaded: whoever owns it now is asked again by the sender.
  if (user.profile === undefined) return
  const handler = handlers[work.envelope.op]
  if (handler) handler(context, user, work)
  else context.log.warn('unknown_operation', { op: work.envelope.op, from: work.from })
  user.touched = performance.now()
}
