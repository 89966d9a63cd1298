import { codecs, Envelope, Kind, Op } from '@heliograph/bus'
import type { Connection } from '../connection.ts'

/** The owner of the user learns that the connection is gone, whoever becomes it meanwhile; `lost` when its client may come back. */
export function tellClosed(connection: Connection, lost: boolean): void {
  const { edge, partition, session, identity } = connection
  const envelope = new Envelope(Op.closed)
  envelope.conn = connection.number
  envelope.body = codecs.closed.encode({ lost })
  if (lost && session?.managed !== undefined) edge.departed.add(partition, connection, session)
  edge.router.transfer(Kind.user, identity!, envelope, () => edge.departed.delete(partition, connection))
}
