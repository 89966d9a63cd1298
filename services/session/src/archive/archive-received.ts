import { peerOf, withStanzaId } from '@heliograph/archive'
import { trusted } from '@heliograph/jid'
import { type Stanza, stanzaError } from '@heliograph/stanza'
import { copyReceived } from '../carbons/copy.ts'
import type { SessionContext } from '../context.ts'
import { isArchivable, isOfflineStorable } from '../payloads/eligibility.ts'
import { refuseArrived } from '../pipeline/arrived.ts'
import type { InboundMessage } from '../pipeline/inbound-message.ts'
import { wake } from '../push/away.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { keepForLater } from './offline.ts'
import { wantsArchived } from './preferences.ts'
import { retract } from './retraction.ts'

/** Stores the receiver's copy and delivers after its commit (XEP-0313 §5); what isn't kept is delivered in its turn. */
export function archiveReceived(context: SessionContext, message: InboundMessage): void {
  const { user, stanza, taken } = message
  const archived = isToBeArchived(context, user, stanza)
  if (!archived && !message.offline) {
    // Where it may come to wait it has a place among the others, by which it is known who had it.
    const id = isOfflineStorable(stanza) && !user.anonymous ? nextId(context, user) : 0
    user.afterCommit.pass(() => deliverUnstored(context, message, id))
    return taken()
  }
  const id = context.clock.next(user.lastArchiveId)
  const stamped = withStanzaId(stanza, user.jid, id)
  let release = () => {}
  const row = {
    owner: user.jid,
    id,
    ...peerOf(stanza.from!),
    outgoing: false,
    offline: message.offline,
    transient: !archived,
    stream: message.stream,
    ingress: message.count,
    origin: null,
    stanza,
  }
  const ended = () => {
    release()
    taken()
  }
  const added = context.archive.add(row, {
    release: () => release(),
    stored: ended,
    failed: () => {
      context.log.error('archive_row_refused', { jid: user.jid, stanza_id: id })
      if (message.offline) user.offline--
      ended()
    },
  })
  if (!added) {
    context.events.archiveFull()
    return refuseArrived(context, message, stanzaError('resource-constraint'))
  }
  user.lastArchiveId = id
  if (archived) retract(context, user, stanza, id, false)
  if (message.offline) {
    user.offline++
    user.offlineUpTo = id
  }
  release = user.afterCommit.hold(() => deliverStored(context, { ...message, stanza: stamped }, id))
  if (context.archive.degraded) release()
}

export function isToBeArchived({ config }: SessionContext, user: User, stanza: Stanza): boolean {
  return config.archive.enabled && isArchivable(stanza) && wantsArchived(user, trusted(stanza.from!))
}

function deliverUnstored(context: SessionContext, message: InboundMessage, id: number): void {
  const { user, stanza, targets, trace } = message
  const there = stillThere(user, targets)
  // They ended while it had to wait its turn.
  const takers = there.length > 0 || id === 0 ? there : user.mostAvailable()
  for (const taker of takers) context.outgoing.deliver(user, taker, stanza, id, trace)
  if (takers.length === 0 && id !== 0)
    return archiveReceived(context, { ...message, targets: [], offline: true, taken: () => {} })
  if (takers.length === 0 && user.anonymous)
    return refuseArrived(context, { user, stanza, taken: () => {} }, stanzaError('service-unavailable'))
  copyReceived(context, user, stanza, { id, had: takers, trace })
  wake(context, message, { id, takers })
}

/** The targets themselves, as they nearly always are. */
function stillThere(user: User, targets: readonly Resource[]): readonly Resource[] {
  const isThere = (target: Resource) => user.resources.includes(target)
  return targets.every(isThere) ? targets : targets.filter(isThere)
}

function nextId({ clock }: SessionContext, user: User): number {
  user.lastArchiveId = clock.next(user.lastArchiveId)
  return user.lastArchiveId
}

function deliverStored(context: SessionContext, message: InboundMessage, id: number): void {
  const { user, stanza, targets, trace } = message
  const there = stillThere(user, targets)
  for (const target of there) context.outgoing.deliver(user, target, stanza, id, trace)
  if (there.length > 0) {
    copyReceived(context, user, stanza, { id, had: targets, trace })
    return wake(context, message, { id, takers: there })
  }
  // They ended while it was being stored.
  const others = targets.length === 0 ? targets : user.mostAvailable()
  for (const other of others) context.outgoing.deliver(user, other, stanza, id, trace)
  if (others.length === 0 && targets.length > 0) {
    const lost = () => context.log.warn('archive_row_missing', { jid: user.jid, stanza_id: id })
    keepForLater(context, user, [{ stanza, id }], lost)
  }
  // Who isn't available gets what waits as soon as it is.
  const had = others.length > 0 ? others : user.resources.filter(({ available }) => !available)
  const copied = copyReceived(context, user, stanza, { id, had, trace })
  // Who has a copy isn't given it once more.
  if (others.length === 0) for (const taker of copied) taker.hasRead(id)
  wake(context, message, { id, takers: others })
}
