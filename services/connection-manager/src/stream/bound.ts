import { NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { acknowledge } from '../management/acknowledge.ts'
import { answerRequested } from '../management/answer.ts'
import { beginEnable } from '../management/enable.ts'
import { managementFailed } from '../management/failed.ts'
import { checkAlive } from '../session/alive.ts'
import { setClientState } from '../session/client-state.ts'
import type { Session } from '../session/session.ts'
import { acceptStanza } from '../stanzas/accept.ts'
import { closeStream } from './close.ts'
import type { Phase } from './phase.ts'

/** A resource is bound: stanzas flow. */
export const bound: Phase = {
  name: 'bound',

  element(connection, parsed) {
    const session = connection.session!
    if (parsed.namespace === NS.client) acceptStanza(connection, session, parsed)
    else if (parsed.namespace === NS.streamManagement) management(connection, session, parsed)
    else if (isClientState(parsed)) setClientState(connection, session, parsed.name === 'inactive')
    // RFC 6120 §4.9.3.24
    else closeStream(connection, { condition: 'unsupported-stanza-type' })
  },

  features: () => '',
  expired: checkAlive,
}

function isClientState({ namespace, name }: ParsedElement): boolean {
  return namespace === NS.clientState && (name === 'active' || name === 'inactive')
}

function management(connection: Connection, session: Session, parsed: ParsedElement): void {
  const { managed } = session
  if (parsed.name === 'enable') beginEnable(connection, session, parsed)
  else if (parsed.name === 'r' && managed !== undefined) answerRequested(connection, session, managed)
  else if (parsed.name === 'a' && managed !== undefined) acknowledge(connection, managed, parsed)
  // Asked while <enable/> is with the owner: the answer comes right after <enabled/>.
  else if (parsed.name === 'r' && session.enabling !== undefined) session.asked = true
  else managementFailed(connection, 'unexpected-request')
}
