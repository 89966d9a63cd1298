import { Address, type Envelope, Haste, hasteOfCopies, type InstanceId } from '@heliograph/bus'
import { type BareJid, bareOf, type FullJid, isFull, type Jid, trusted } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import { hop } from '@heliograph/telemetry'
import { blocks } from '../blocking/blocked.ts'
import type { SessionContext } from '../context.ts'
import { handParcel, handParcelNow, markOf } from '../rooms/parcels.ts'
import type { Recipient } from '../users/copies.ts'
import type { User, Work } from '../users/user.ts'
import { answerProbe } from './probe.ts'

/** A multicast that is being handed out. */
interface Cast extends Work {
  /** Tells its recipients apart from those of a repetition. */
  readonly telling: number
  readonly recipients: Recipient[]
}

/**
 * One stanza for many users of this instance: fan-out of presence, probes, rooms and nodes. Recipients not owned here go back as
 * strays. Users who are not in memory have no session and need nothing.
 */
export function receiveMulticast(context: SessionContext, envelope: Envelope, from: InstanceId): void {
  const strays: string[] = []
  const recipients: Recipient[] = []
  const cast: Cast = { envelope, from, telling: context.revisions.begin(), recipients }
  const mark = markOf(envelope)
  const parcel = mark && { ...cast, mark }
  if (mark !== undefined) context.introductions.heard(from, envelope.ids)
  for (const address of envelope.recipients ?? []) {
    const to = trusted(address)
    const bare = bareOf(to)
    const partition = partitionOf(bare)
    const epoch = context.ownership.epochOf(partition)
    if (parcel !== undefined) {
      // What is being handed over is complete already, or gone: the next owner gets it.
      const isLeaving = context.ownership.phaseOf(partition) === 'leaving'
      const isTaken = context.introductions.admits(from, partition, isLeaving ? 0 : epoch)
      if (!isTaken || !handParcel(context, parcel, to, partition)) strays.push(address)
    } else if (epoch === 0) strays.push(address)
    else {
      const user = context.users.find(bare as BareJid, partition)
      if (user) serve(context, cast, user, to)
    }
  }
  const span = hop(context.tracing, 'session.multicast', envelope.trace)
  const haste = hasteOf(envelope.stanza!, recipients.length)
  if (recipients.length > 0)
    context.outgoing.deliverCopies(recipients, envelope.stanza!, { trace: span.trace, haste, mark })
  span.end()
  if (strays.length > 0) context.router.strays(from, envelope.transfer, strays)
  else context.router.receipt(from, envelope.transfer)
}

function hasteOf({ name, type }: Stanza, recipients: number): Haste {
  if (name !== 'message') return Haste.gather
  return type === 'groupchat' || type === 'headline' ? hasteOfCopies(recipients, Haste.onward) : Haste.turn
}

function serve(context: SessionContext, cast: Cast, user: User, to: Jid): void {
  const { envelope, from, recipients } = cast
  const stanza = envelope.stanza!
  if (stanza.type === 'probe') {
    // Users without sessions have nothing to answer.
    if (user.resources.length > 0) enqueue(context, user, { envelope, from })
    return
  }
  if (stanza.name === 'presence' && stale(context, user, cast)) return
  if (user.profile !== undefined) handOut(context, user, to, { envelope, recipients })
  // Taken over a moment ago: whom the user blocks has to be read first.
  else if (user.resources.length > 0) enqueue(context, user, { envelope, from })
}

function enqueue(context: SessionContext, user: User, work: Work): void {
  if (user.mailbox.depth < context.config.mailboxBound) user.mailbox.push(work)
  else context.events.probeRefused()
}

/** To the resources meant, now or in their turn: who can be told now is added to `recipients`. */
function handOut(
  context: SessionContext,
  user: User,
  to: Jid,
  { envelope, recipients }: Pick<Cast, 'envelope' | 'recipients'>,
): void {
  const stanza = envelope.stanza!
  if (blocks(user, stanza.from)) return
  const as = isFull(to) ? Address.full : Address.bare
  for (const resource of user.resources) {
    if (isFull(to) ? resource.jid !== (to as FullJid) : !resource.available) continue
    const recipient = { user, resource, as }
    if (user.afterCommit.length === 0) recipients.push(recipient)
    else user.afterCommit.pass(() => context.outgoing.deliverCopies([recipient], stanza, { trace: envelope.trace }))
  }
}

/** In the user's mailbox, so after what is under way, and with the roster loaded. */
export function handleMulticast(context: SessionContext, user: User, { envelope, from, to: whom }: Work): void {
  const stanza = envelope.stanza!
  const mark = markOf(envelope)
  if (mark && whom) return handParcelNow(context, user, whom, { envelope, from, mark })
  if (stanza.type === 'probe') {
    if (user.exists && !blocks(user, stanza.from)) answerProbe(context, user, trusted(stanza.from!))
    return
  }
  const recipients: Recipient[] = []
  for (const address of envelope.recipients ?? []) {
    const to = trusted(address)
    if (bareOf(to) === user.jid) handOut(context, user, to, { envelope, recipients })
  }
  if (recipients.length > 0) context.outgoing.deliverCopies(recipients, stanza, { trace: envelope.trace })
}

/** Presence is repeated when a process died; each watcher is told a revision once. */
function stale(context: SessionContext, user: User, { envelope, telling }: Cast): boolean {
  const { count, stanza } = envelope
  return count > 0 && !context.revisions.advance(stanza!.from!, user.partition, count, telling)
}
