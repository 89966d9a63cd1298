import { type Envelope, type InstanceId, Op } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import { handleClientState } from './client-state/client-state.ts'
import type { SessionContext } from './context.ts'
import { handleAck } from './edges/ack.ts'
import { handleAnnounce, handleUnacked } from './edges/announce.ts'
import { handleClosed } from './edges/closed.ts'
import { handleEnable } from './edges/enable.ts'
import { handleOpen, refuseOpen } from './edges/open.ts'
import { handleResume } from './edges/resume.ts'
import { handleReturned } from './edges/returned.ts'
import { handleClientStanza } from './edges/stanza.ts'
import { handleNews } from './pep/news.ts'
import { handleNotify } from './pep/notify.ts'
import { refuseRouted } from './pipeline/arrived.ts'
import { handleRoute } from './pipeline/route.ts'
import { handleMulticast } from './presence/multicast.ts'
import { loadUser } from './users/load.ts'
import type { User, Work } from './users/user.ts'

type Handler = (context: SessionContext, user: User, work: Work) => void

/** What each operation on a user does. */
const handlers: Partial<Record<Op, Handler>> = {
  [Op.open]: handleOpen,
  [Op.resume]: handleResume,
  [Op.enable]: handleEnable,
  [Op.inactive]: handleClientState,
  [Op.active]: handleClientState,
  [Op.stanza]: handleClientStanza,
  [Op.ack]: handleAck,
  [Op.closed]: handleClosed,
  [Op.returned]: handleReturned,
  [Op.announce]: handleAnnounce,
  [Op.unacked]: handleUnacked,
  [Op.route]: handleRoute,
  [Op.multicast]: handleMulticast,
  [Op.news]: handleNews,
  [Op.notify]: handleNotify,
}

/** Envelopes for users owned here: each into its user's mailbox. */
export function receive(context: SessionContext, envelope: Envelope, from: InstanceId): void {
  const user = context.users.get(envelope.key as BareJid, envelope.partition)
  // Edges bound what they send per connection; only other services' stanzas need a bound here.
  if (envelope.op === Op.route && user.mailbox.depth >= context.config.mailboxBound) {
    context.events.bounced('full')
    refuseRouted(context, user, envelope, from, 'resource-constraint')
    return
  }
  user.mailbox.push({ envelope, from })
}

/** Runs in the user's mailbox. */
export function handle(context: SessionContext, user: User, work: Work): void | Promise<void> {
  if (user.profile !== undefined && !isNewcomer(user, work)) return act(context, user, work)
  if (user.profile === 'unknown') {
    user.profile = undefined
    context.accounts.forget(user.jid)
  }
  return loadUser(context, user)
    .then(() => act(context, user, work))
    .catch((error: unknown) => fail(context, user, work, error))
}

/** Who has authenticated exists: the account is younger than what is remembered of it. */
function isNewcomer(user: User, { envelope }: Work): boolean {
  return user.profile === 'unknown' && envelope.op === Op.open
}

function act(context: SessionContext, user: User, work: Work): void {
  // The partition may have been lost while the user was being loaded: whoever owns it now is asked again by the sender.
  if (user.profile === undefined) return
  user.touched = performance.now()
  const { envelope, from } = work
  if (context.taps.any) see(context, user, envelope)
  const handler = handlers[envelope.op]
  try {
    if (handler) return handler(context, user, work)
    // Of a newer version: whoever sent it needn't keep it for this one.
    context.log.warn('unknown_operation', { op: envelope.op, from })
    context.router.receipt(from, envelope.transfer)
  } catch (error) {
    fail(context, user, work, error)
  }
}

/** What nobody foresaw: logged, and answered where somebody waits for an answer. */
function fail(context: SessionContext, user: User, { envelope, from }: Work, error: unknown): void {
  const { op, conn } = envelope
  context.log.error('operation_failed', { jid: user.jid, op, error })
  if (op === Op.route) refuseRouted(context, user, envelope, from, 'internal-server-error')
  else if (op === Op.open || op === Op.resume) refuseOpen(context, user, from, conn, 'internal-server-error')
}

/** What comes to the owner, from the user's own clients (their full JID) or for him. */
function see({ taps }: SessionContext, user: User, { op, stanza }: Envelope): void {
  if (stanza === undefined) return
  const jid = op === Op.stanza ? (stanza.from ?? user.jid) : user.jid
  taps.see({ place: 'owner', direction: 'in', user: user.jid, jid, stanza })
}
