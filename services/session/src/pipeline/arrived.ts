import type { Envelope, InstanceId } from '@heliograph/bus'
import { errorReply, type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { User } from '../users/user.ts'
import { forward } from './forward.ts'

/** A stanza for this user on its way in. `taken` must be called once custody is had of it. */
export interface Arrived {
  readonly user: User
  readonly stanza: Stanza
  readonly stream: string
  readonly count: number
  readonly trace: string
  readonly taken: () => void
  /** It has come before, and app servers know of it. */
  readonly told?: boolean
}

/** Answers the sender with an error, where errors are allowed (RFC 6120 §8.3.1), and counts the stanza as taken. */
export function refuseArrived(
  context: SessionContext,
  { user, stanza, taken }: Pick<Arrived, 'user' | 'stanza' | 'taken'>,
  error: StanzaError,
): void {
  const reply = stanza.from && errorReply(stanza, error)
  if (reply) forward(context, user, reply)
  taken()
}

/** A routed stanza that can't be handled at all. */
export function refuseRouted(
  context: SessionContext,
  user: User,
  envelope: Envelope,
  from: InstanceId,
  condition: 'resource-constraint' | 'internal-server-error',
): void {
  const taken = () => context.router.receipt(from, envelope.transfer)
  if (envelope.stanza) refuseArrived(context, { user, stanza: envelope.stanza, taken }, stanzaError(condition))
  else taken()
}
