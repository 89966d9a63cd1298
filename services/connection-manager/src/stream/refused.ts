import type { Connection } from '../connection.ts'
import { authenticated } from './authenticated.ts'

/** The owner refused: the client may try another resource, or bind after a failed resumption. It is still not read. */
export function refused(connection: Connection): void {
  const { edge } = connection
  connection.request = undefined
  connection.phase = authenticated
  connection.deadline = edge.clock.now + edge.config.limits.timeToAuthenticateSeconds * 1000
  edge.connections.displace(connection)
}
