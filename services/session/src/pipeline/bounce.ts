import type { Outcome } from '@heliograph/ownership'
import { errorReply, stanzaError } from '@heliograph/stanza'
import { copyReceived } from '../carbons/copy.ts'
import type { SessionContext } from '../context.ts'
import type { Sent } from './sent.ts'

/** A client's stanza that no owner took comes back to it as an error (RFC 6120 §8.3), where errors are allowed. */
export function bounce(
  context: SessionContext,
  { user, resource, stanza }: Pick<Sent, 'user' | 'resource' | 'stanza'>,
  outcome: Exclude<Outcome, 'taken'>,
): void {
  const error = stanzaError(outcome === 'expired' ? 'remote-server-timeout' : 'resource-constraint')
  const reply = errorReply(stanza, error)
  if (reply && user.resources.includes(resource)) context.outgoing.deliver(user, resource, reply)
  // After the copy of what it answers, which may still wait for its commit.
  if (reply?.name === 'message') user.afterCommit.pass(() => copyReceived(context, user, reply, { had: [resource] }))
  context.events.bounced(outcome)
}
