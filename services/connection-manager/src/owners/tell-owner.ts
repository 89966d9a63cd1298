import { type Envelope, Kind } from '@heliograph/bus'
import type { Connection } from '../connection.ts'

/** Sends to the owner of the connection's user, whoever that is; in order with everything else for that user's partition. */
export function tellOwner(connection: Connection, envelope: Envelope): void {
  envelope.conn = connection.number
  connection.edge.router.send(Kind.user, connection.identity!, envelope)
}
