import { isDomain } from '@heliograph/jid'
import { type IqHandler, type Outcome, onGet, onSet, refuse } from '@heliograph/module'
import { type Stanza, stanzaError } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'

type Handler = (request: Stanza, context: IqContext) => Outcome | Promise<Outcome>

/** What a privileged component asks of the roster of any of our users (XEP-0356 §4.3). Everybody else is referred to `otherwise`. */
export function managed(type: 'get' | 'set', handle: Handler, otherwise: Handler): Handler {
  return (request, context) => {
    if (context.resource !== undefined || !mayManage(request, context, type)) return otherwise(request, context)
    return context.user.exists ? handle(request, context) : refuse(stanzaError('item-not-found'))
  }
}

/** The same handlers for users whom the asker may know of, and for those whom he may not. */
export function forAllUsers(type: 'get' | 'set', payload: string, handle: Handler): readonly IqHandler<IqContext>[] {
  const on = type === 'get' ? onGet<IqContext> : onSet<IqContext>
  return [on('account', payload, handle), on('nobody', payload, handle)]
}

/** The component itself, not one of the addresses that it has. */
function mayManage({ from }: Stanza, { session }: IqContext, type: 'get' | 'set'): boolean {
  if (from === undefined || !isDomain(from)) return false
  const granted = session.config.rosterPrivileges.get(from)
  return granted === type || granted === 'both'
}
