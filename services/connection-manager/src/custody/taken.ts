import type { Connection } from '../connection.ts'
import { answerCovered } from '../management/answer.ts'
import type { Session } from '../session/session.ts'

/** The owner has custody of everything up to `count`: `h` may include it, and its copies go. */
export function custodyTaken(connection: Connection, session: Session, count: number): void {
  const { edge, partition } = connection
  const { inFlight, managed } = session
  const now = performance.now()
  inFlight.settle(count, ({ envelope, at, bytes }) => {
    edge.events.custodyWait.record((now - at) / 1000)
    if (envelope.count > 0) edge.crowd.leave(partition, bytes)
  })
  if (managed !== undefined) answerCovered(connection, session, managed)
  if (session.stalled && hasRoom(connection, session)) {
    session.stalled = false
    if (session.shapedUntil === 0) connection.release()
  }
}

function hasRoom({ edge, partition }: Connection, { inFlight, window }: Session): boolean {
  if (edge.crowd.isFull(partition)) return inFlight.length === 0
  return inFlight.length * 2 <= window.stanzas && inFlight.bytes * 2 <= window.bytes
}
