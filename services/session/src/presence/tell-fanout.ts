import { Envelope, Haste, Kind, Op } from '@heliograph/bus'
import { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

const AGAIN_MS = 1_000

/** One event to the fan-out instance that owns this publisher; it knows the subscribers and where they are. */
export function tellFanout(
  context: SessionContext,
  user: User,
  resource: Resource,
  stanza: Stanza,
  trace: string,
): void {
  const { revision } = resource
  const isNewest = () => resource.revision === revision
  persistentlyTell(context, user, isNewest, () => {
    const envelope = emit(context, user, Op.presence)
    envelope.stanza = stanza
    envelope.count = revision
    envelope.trace = trace
    return envelope
  })
}

/** Has the resource told the presence of all that its user is subscribed to. */
export function probeContacts(context: SessionContext, user: User, resource: Resource): void {
  const stanza = new Stanza({ name: 'presence', type: 'probe', from: resource.jid })
  const isThere = () => resource.available && user.resources.includes(resource)
  persistentlyTell(context, user, isThere, () => {
    const envelope = emit(context, user, Op.probe)
    envelope.stanza = stanza
    return envelope
  })
}

/** Watchers are told in the end: what the router has no room for, or nobody to give to, is said again while it is true. */
function persistentlyTell(context: SessionContext, user: User, holds: () => boolean, make: () => Envelope): void {
  context.router.transfer(Kind.presence, user.jid, make(), (outcome) => {
    if (outcome === 'taken') return
    const again = () => {
      if (holds() && context.ownership.heldEpochOf(user.partition) !== 0) persistentlyTell(context, user, holds, make)
    }
    setTimeout(again, AGAIN_MS).unref()
  })
}

function emit(context: SessionContext, user: User, op: Op): Envelope {
  const envelope = new Envelope(op)
  envelope.emitterKind = Kind.user
  envelope.emitterPartition = user.partition
  envelope.epoch = context.ownership.heldEpochOf(user.partition)
  envelope.id = user.rosterVersion
  // Whom it must not reach: fan-out knows rosters, not block lists.
  if (user.blocked !== undefined && user.exists) envelope.recipients = user.blocked.contacts(user.roster)
  envelope.haste = Haste.gather
  return envelope
}
