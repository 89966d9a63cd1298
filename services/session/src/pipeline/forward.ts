import { Envelope, Haste, Kind, Op } from '@heliograph/bus'
import { type Jid, trusted } from '@heliograph/jid'
import type { Outcome } from '@heliograph/ownership'
import type { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { User } from '../users/user.ts'

/** Where a routed stanza came from, so that its receiver recognises a repetition; '' for what the server itself says. */
export interface Provenance {
  readonly stream: string
  readonly count: number
  readonly trace: string
}

export const SERVER_MADE: Provenance = { stream: '', count: 0, trace: '' }

/**
 * Sends a stanza on behalf of `user` to the owner of its `to`, again after each change of owner, until that has taken it. Order from
 * this user to any one address holds.
 */
export function forward(
  context: SessionContext,
  user: Pick<User, 'jid' | 'partition'>,
  stanza: Stanza,
  provenance: Provenance = SERVER_MADE,
  settle: (outcome: Outcome) => void = ignore,
): void {
  const to = trusted(stanza.to ?? user.jid)
  const kind = context.hosts.kindOf(to)
  const envelope = envelopeOf(context, user, stanza, provenance)
  if (stanza.type === 'groupchat') envelope.haste = Haste.onward
  context.router.transfer(kind, context.hosts.keyOf(to, user.jid as Jid), envelope, settle)
}

/** A stanza on its way to an owner, on behalf of `user`. */
export function envelopeOf(
  context: SessionContext,
  user: Pick<User, 'partition'>,
  stanza: Stanza,
  provenance: Provenance,
): Envelope {
  const envelope = new Envelope(Op.route)
  envelope.emitterKind = Kind.user
  envelope.emitterPartition = user.partition
  envelope.epoch = context.ownership.heldEpochOf(user.partition)
  envelope.stream = provenance.stream
  envelope.count = provenance.count
  envelope.trace = provenance.trace
  envelope.stanza = stanza
  return envelope
}

function ignore(): void {}
