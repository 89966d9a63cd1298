import { errorReply, type Stanza, type StanzaError } from '@heliograph/stanza'
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
}

/** Answers the sender with an error, where errors are allowed (RFC 6120 §8.3.1), and counts the stanza as taken. */
export function refuseArrived(context: SessionContext, { user, stanza, taken }: Arrived, error: StanzaError): void {
  const reply = errorReply(stanza, error)
  if (reply) forward(context, user, reply)
  taken()
}
