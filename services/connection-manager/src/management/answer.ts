import { NS } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'
import type { Session } from '../session/session.ts'
import type { Managed } from './managed.ts'

/** How long the answer to `<r/>` waits for custody (XEP-0198 §4: "MUST NOT be withheld for any condition other than a timeout"). */
export const ANSWER_WITHIN_MS = 500

/** The client asks what has been handled (`<r/>`): everything it has sent by now, as soon as that is in custody. */
export function answerRequested(connection: Connection, session: Session, managed: Managed): void {
  if (session.inFlight.custody >= session.count) {
    sendAnswer(connection, session, managed)
    return
  }
  managed.answerLast = session.count
  if (managed.answerAt >= 0) return
  managed.answerAt = session.count
  managed.answerSince = connection.edge.clock.now
  connection.edge.answers.add(connection)
}

/** Custody has advanced: answers what it now covers. */
export function answerCovered(connection: Connection, session: Session, managed: Managed): void {
  const { custody } = session.inFlight
  if (managed.answerAt < 0 || custody < managed.answerAt) return
  sendAnswer(connection, session, managed)
  if (managed.answerLast > custody) {
    managed.answerAt = managed.answerLast
    managed.answerSince = connection.edge.clock.now
  } else settle(connection, managed)
}

/** The time is up: answers with what is in custody by now. */
export function answerOverdue(connection: Connection, session: Session, managed: Managed): void {
  sendAnswer(connection, session, managed)
  settle(connection, managed)
}

/** Says what is in custody by now. */
export function sendAnswer(connection: Connection, session: Session, managed: Managed): void {
  const h = managed.handled(session.inFlight.custody)
  connection.write(`<a xmlns='${NS.streamManagement}' h='${h}'/>`)
}

function settle(connection: Connection, managed: Managed): void {
  managed.answerAt = -1
  managed.answerLast = -1
  connection.edge.answers.delete(connection)
}
