import { codecs, type Enabled, Envelope, Op } from '@heliograph/bus'
import { NS } from '@heliograph/stanza'
import { escapeAttribute, type ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { tellOwner } from '../owners/tell-owner.ts'
import type { Session } from '../session/session.ts'
import { answerRequested } from './answer.ts'
import { parseCount } from './count.ts'
import { managementFailed } from './failed.ts'
import { Managed } from './managed.ts'

/** `<enable/>` (XEP-0198 §3): the owner gives the SM-ID. Counting starts with the client's next stanza. */
export function beginEnable(connection: Connection, session: Session, { element }: ParsedElement): void {
  // XEP-0198 §3: "a client SHALL only make at most one attempt".
  if (session.managed !== undefined || session.enabling !== undefined) {
    managementFailed(connection, 'unexpected-request')
    return
  }
  const { resume } = element.attrs
  const envelope = new Envelope(Op.enable)
  envelope.body = codecs.enable.encode({
    resume: resume === 'true' || resume === '1',
    max: parseCount(element.attrs.max) ?? 0,
  })
  session.base = session.count
  session.enabling = session.inFlight.push(envelope, 0, connection.edge.clock.now)
  tellOwner(connection, envelope)
}

/** The owner has enabled it: what it delivers from here on counts. */
export function enabled(connection: Connection, session: Session, { id, max }: Enabled): void {
  if (session.enabling === undefined) return
  session.enabling.answered = true
  session.enabling = undefined
  session.managed = new Managed({ id, max, base: session.base, acked: 0 })
  connection.write(enabledXml(id, max))
  if (session.asked) answerRequested(connection, session, session.managed)
}

/** `<enabled/>`; without an id the session can't be resumed. */
export function enabledXml(id: string, max: number): string {
  const resumable = id === '' ? '' : ` id='${escapeAttribute(id)}' resume='true' max='${max}'`
  return `<enabled xmlns='${NS.streamManagement}'${resumable}/>`
}
