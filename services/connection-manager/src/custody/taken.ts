import type { Connection } from '../connection.ts'
import { answerCovered } from '../management/answer.ts'
import type { Session } from '../session/session.ts'

/** The owner has custody of everything up to `count`: `h` may include it, and its copies go. */
export function custodyTaken(connection: Connection, session: Session, count: number): void {
  const { edge } = connection
  const { inFlight, managed } = session
  const now = performance.now()
  inFlight.settle(count, ({ at }) => edge.events.custodyWait.record((now - at) / 1000))
  if (managed !== undefined) answerCovered(connection, session, managed)
  if (!session.stalled) return
  const { stanzas, bytes } = edge.config.custody
  if (inFlight.length * 2 > stanzas || inFlight.bytes * 2 > bytes) return
  session.stalled = false
  connection.release()
}
