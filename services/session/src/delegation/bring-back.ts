import { Kind } from '@heliograph/bus'
import type { Jid } from '@heliograph/jid'
import type { SessionContext } from '../context.ts'
import type { Arrived } from '../pipeline/arrived.ts'
import { envelopeOf, SERVER_MADE } from '../pipeline/forward.ts'
import { askerIn } from './delegated.ts'

/**
 * Whether it is what a component answers in the place of the server or of an account. Components answer the server, whose owner brings it on to the
 * owner of whom it was asked for. No block list is between: it isn't the user who spoke with the component.
 */
export function isDelegated(context: SessionContext, { user, stanza, taken }: Arrived): boolean {
  const { from, type, name } = stanza
  if (context.config.delegations.size === 0 || name !== 'iq' || (type !== 'result' && type !== 'error')) return false
  if (from === undefined || !isManaging(context, from)) return false
  const asker = askerIn(stanza.id)
  if (asker === undefined || context.hosts.kindOf(asker) !== Kind.user) return false
  if (asker === user.jid) {
    context.delegated.answered(user, stanza)
    taken()
    return true
  }
  const envelope = envelopeOf(context, user, stanza, SERVER_MADE)
  context.router.transfer(Kind.user, asker, envelope, taken)
  return true
}

function isManaging({ config }: SessionContext, from: Jid): boolean {
  for (const { component } of config.delegations.values()) if (component === from) return true
  return false
}
