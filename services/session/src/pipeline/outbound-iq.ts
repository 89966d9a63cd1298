import { bareOf, type Jid, localOf, trusted } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { answer } from '../modules/answer.ts'
import { bounce } from './bounce.ts'
import { forward } from './forward.ts'
import type { Sent } from './sent.ts'

/** IQs of a user's client: to the own account and server they are answered here (RFC 6120 §10.3.3, §10.5), others are routed. */
export function handleIq(context: SessionContext, sent: Sent): void {
  const { user, resource, stanza, obligation } = sent
  const to = stanza.to === undefined ? undefined : trusted(stanza.to)
  if (isResponse(stanza) && (to === undefined || to === user.jid || isServer(context, to))) {
    // One that nobody waits for says nothing to anybody.
    if (!context.capabilities.answered(resource, stanza)) context.pushes.answered(user, stanza)
    return
  }
  if (to === undefined || to === user.jid)
    return answer(context, { entity: 'account', user, resource, stanza, obligation, provenance: sent })
  if (context.hosts.isUpload(to)) return answer(context, { entity: 'upload', user, resource, stanza, obligation })
  if (isServer(context, to)) return answer(context, { entity: 'server', user, resource, stanza, obligation })
  obligation.hold()
  forward(context, user, stanza, sent, (outcome) => {
    if (outcome !== 'taken') bounce(context, sent, outcome)
    obligation.release()
  })
}

function isResponse({ type }: Stanza): boolean {
  return type === 'result' || type === 'error'
}

/** One of our own domains: any instance speaks for it. */
export function isServer(context: SessionContext, to: Jid): boolean {
  return localOf(to) === '' && context.hosts.domains.includes(bareOf(to) as never)
}
