import type { Shape } from '@heliograph/bus'
import type { Connection } from '../connection.ts'
import type { Session } from '../session/session.ts'

/**
 * The owner says that the user sends too much, with all connections together: this one isn't read for a while. What the client sends
 * waits in the kernel, then with the client.
 */
export function slowDown(connection: Connection, session: Session, { ms }: Shape): void {
  const { edge } = connection
  // Not by the coarse time: it may be late, and the wait would be over at once.
  session.shapedUntil = edge.clock.tick() + ms
  edge.shaped.add(connection)
  connection.hold()
}

/** Reads on once the time is up, unless too much is in flight. */
export function readAgain(connection: Connection, now: number): void {
  const { edge, session } = connection
  if (session !== undefined && now < session.shapedUntil) return
  edge.shaped.delete(connection)
  if (session === undefined) return
  session.shapedUntil = 0
  if (session.stalled) return
  try {
    connection.release()
  } catch (error) {
    connection.fail(error)
  }
}
