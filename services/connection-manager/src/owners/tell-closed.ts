import { codecs, Envelope, Kind, Op } from '@heliograph/bus'
import type { Connection } from '../connection.ts'
import type { Edge } from '../edge.ts'
import type { Closing } from './departed.ts'

/** So many are told again at a time. */
const AGAIN = 512

/** The owner of the user learns that the connection is gone, whoever becomes it meanwhile; `lost` when its client may come back. */
export function tellClosed(connection: Connection, lost: boolean): void {
  const { edge, partition, session, identity } = connection
  const envelope = new Envelope(Op.closed)
  envelope.conn = connection.number
  envelope.body = codecs.closed.encode({ lost })
  if (session?.managed !== undefined) edge.departed.add(partition, connection, session)
  // While `enable` is under way the owner may keep what it sends already.
  if (session !== undefined && session.managed === undefined && session.enabling === undefined)
    edge.gone.add(connection.number, session.bare)
  bring(edge, { key: identity!, envelope, taken: () => edge.departed.delete(partition, connection) })
}

/** Tells again what no owner could be told: a session whose owner never heard would seem to be there for ever. */
export function tellAgain(edge: Edge): void {
  for (const closing of edge.departed.takeUntold(AGAIN)) bring(edge, closing)
}

function bring(edge: Edge, closing: Closing): void {
  edge.router.transfer(Kind.user, closing.key, closing.envelope, (outcome) => {
    if (outcome === 'taken') closing.taken()
    else if (!edge.departed.putBack(closing)) edge.log.warn('closing_forgotten')
  })
}
