import { domainOf } from '@heliograph/jid'
import { checkStanza, errorReply, iqPayloadName, iqResult, NS, Stanza, stanzaError } from '@heliograph/stanza'
import type { Session } from '../session/session.ts'

const SESSION = `{${NS.session}}session`
const BIND = `{${NS.bind}}bind`

/**
 * What the edge answers itself: undefined for a stanza that goes on as it is. The answer takes the stanza's place, addressed to the
 * client, and comes back to it through the owner: so both sides count the same stanzas in either direction (XEP-0198 §4).
 */
export function replaceStanza(session: Session, stanza: Stanza): Stanza | undefined {
  const problem = checkStanza(stanza)
  if (problem !== undefined) return bounce(session, stanza, problem)
  switch (iqPayloadName(stanza)) {
    case SESSION:
      // RFC 3921 §3: kept for old clients, does nothing.
      return stanza.type === 'set' ? iqResult(addressed(session, stanza)) : undefined
    case BIND:
      // RFC 6120 §7.7.2.3: one resource a stream.
      return bounce(session, stanza, stanzaError('not-allowed', { text: 'a resource is bound already' }))
    default:
      return undefined
  }
}

function bounce(session: Session, stanza: Stanza, problem: Parameters<typeof errorReply>[1]): Stanza {
  return errorReply(addressed(session, stanza), problem) ?? nothing(session)
}

/** An error or a result that is itself wrong is never answered; an empty result that no one waits for takes its place. */
function nothing(session: Session): Stanza {
  return new Stanza({ name: 'iq', type: 'result', id: 'none', from: session.jid, to: domainOf(session.jid) })
}

/** As a request to whoever answers it: the account itself stands in for an address that is none. */
function addressed(session: Session, stanza: Stanza): Stanza {
  return stanza.to === undefined ? stanza.with({ to: session.bare }) : stanza
}
