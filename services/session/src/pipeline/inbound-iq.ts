import { type FullJid, isFull, trusted } from '@heliograph/jid'
import { stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { answer } from '../modules/answer.ts'
import { type Arrived, refuseArrived } from './arrived.ts'

/** IQs for a local user: RFC 6121 §8.5.2.1.3, §8.5.3. */
export function receiveIq(context: SessionContext, arrived: Arrived): void {
  const { user, stanza, taken, trace } = arrived
  const to = trusted(stanza.to ?? user.jid)
  if (isFull(to)) {
    const resource = user.resource(to as FullJid)
    if (!resource) return refuseArrived(context, arrived, stanzaError('service-unavailable'))
    user.afterCommit.pass(() => context.outgoing.deliver(user, resource, stanza, 0, trace))
    return taken()
  }
  // §8.5.2.1.3: the server answers for the account; a result or error nobody asked for is dropped.
  if (stanza.type === 'get' || stanza.type === 'set') {
    answer(context, {
      entity: user.profile === 'unknown' && to !== user.domain ? 'nobody' : entityOf(user.jid),
      user,
      stanza,
    })
  }
  taken()
}

function entityOf(key: string): 'account' | 'server' {
  return key.includes('@') ? 'account' : 'server'
}
