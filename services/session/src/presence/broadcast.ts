import { Address, Haste } from '@heliograph/bus'
import { trusted } from '@heliograph/jid'
import { NS, Stanza } from '@heliograph/stanza'
import { deliverOffline } from '../archive/offline.ts'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import type { Sent } from '../pipeline/sent.ts'
import { deliverUnseen } from '../recovery/unseen.ts'
import { deliverRequests } from '../roster/pending-requests.ts'
import { tellStanding } from '../standing/tell-standing.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { priorityOf } from './priority.ts'
import { probeContacts, tellFanout } from './tell-fanout.ts'

/** Initial or later available presence (RFC 6121 §4.2, §4.4). In custody when the new state is stored. */
export function becomeAvailable(context: SessionContext, sent: Sent): void {
  const { user, resource, stanza, obligation, trace } = sent
  const initial = !resource.available
  const wasEligible = resource.available && resource.priority >= 0
  const priority = priorityOf(stanza)
  resource.revision = context.clock.next(resource.revision)
  resource.presence = stanza
  resource.priority = priority
  reviewProminence(context, user)
  obligation.hold()
  context.records.changed(user, resource, () => obligation.release())
  tellFanout(context, user, resource, stanza, trace)
  tellOwn(context, user, stanza)
  // Nothing is stored of who is anonymous, nor asked of his client.
  if (!user.anonymous) context.capabilities.note(user, resource)
  if (initial) greet(context, user, resource)
  if (resource.priority >= 0 && !wasEligible) {
    if (resource.unseen) deliverUnseen(context, user, resource)
    deliverOffline(context, user, resource)
  }
  if (initial && !user.anonymous) tellStanding(context, user, resource)
}

/** The server changes what it says for a resource. Nobody waits for it to be stored. */
export function renewPresence(context: SessionContext, user: User, resource: Resource, stanza: Stanza): void {
  resource.revision = context.clock.next(resource.revision)
  resource.presence = stanza
  context.records.changed(user, resource)
  tellFanout(context, user, resource, stanza, '')
  tellOwn(context, user, stanza)
}

/** RFC 6121 §4.5. */
export function becomeUnavailable(context: SessionContext, sent: Sent): void {
  const { user, resource, stanza, obligation, trace } = sent
  if (!resource.available) return tellDirected(context, user, resource, stanza)
  obligation.hold()
  leave(context, user, resource, stanza, trace)
  context.records.changed(user, resource, () => obligation.release())
}

/** The session ended without a word: its owner speaks for it (RFC 6121 §4.5.2). */
export function announceUnavailable(context: SessionContext, user: User, resource: Resource): void {
  const goodbye = new Stanza({ name: 'presence', type: 'unavailable', from: resource.jid })
  if (resource.available) leave(context, user, resource, goodbye, '')
  else tellDirected(context, user, resource, goodbye)
}

/** What the user's own available resources and its watchers must know of a resource that this owner took over. */
export function announceAgain(context: SessionContext, user: User, resource: Resource): void {
  if (resource.presence) tellFanout(context, user, resource, resource.presence, '')
}

function leave(context: SessionContext, user: User, resource: Resource, stanza: Stanza, trace: string): void {
  resource.presence = undefined
  resource.hears = undefined
  reviewProminence(context, user)
  resource.revision = context.clock.next(resource.revision)
  tellFanout(context, user, resource, stanza, trace)
  tellOwn(context, user, stanza)
  if (user.resources.includes(resource)) context.outgoing.deliver(user, resource, stanza.with({ to: resource.jid }))
  tellDirected(context, user, resource, stanza)
  if (user.exists && !user.anonymous && !user.resources.some(({ available }) => available)) {
    const status = stanza.childText('status', NS.client) ?? ''
    user.chores.push(() =>
      context.lastActivity.left(user.jid, status).catch((error: unknown) => forgone(context, error)),
    )
  }
}

/** Who joins the most available gets what is sent to the account from now on, and nothing of what others got before. */
function reviewProminence(context: SessionContext, user: User): void {
  for (const joined of user.reviewProminence(context.clock.next(user.lastArchiveId))) {
    context.records.changed(user, joined)
  }
}

/** Not worth waiting for a database that is away. */
function forgone(context: SessionContext, error: unknown): void {
  context.log.warn('last_activity_lost', { reason: error instanceof Error ? error.message : String(error) })
}

/** RFC 6121 §4.6.3: whoever got directed presence hears of its end. */
function tellDirected(context: SessionContext, user: User, resource: Resource, stanza: Stanza): void {
  if (!resource.directed) return
  for (const to of resource.directed) forward(context, user, stanza.with({ to: trusted(to) }))
  resource.directed = undefined
  if (user.resources.includes(resource)) context.records.changed(user, resource)
}

/** RFC 6121 §4.2.2, §4.4.2: the user's other available resources. */
function tellOwn(context: SessionContext, user: User, stanza: Stanza): void {
  const available = user.resources.filter((resource) => resource.available)
  const recipients = available.map((resource) => ({ user, resource, as: Address.bare }))
  if (recipients.length > 0) context.outgoing.deliverCopies(recipients, stanza, { haste: Haste.ride })
}

/** What a resource gets when it becomes available: own resources' presence, contacts' presence by probes, waiting requests. */
function greet(context: SessionContext, user: User, resource: Resource): void {
  for (const other of user.resources) {
    if (other !== resource && other.presence) {
      context.outgoing.deliver(user, resource, other.presence.with({ to: resource.jid }))
    }
  }
  user.probedAt = performance.now()
  probeContacts(context, user, resource)
  deliverRequests(context, user, resource)
}
