import { Envelope, Kind, Op } from '@heliograph/bus'
import type { Edge } from '../edge.ts'

/**
 * Something of an owner for a connection that is gone. Where its client could not have come back for it the owner gets it again, and deals
 * with it as if the client had been away from the start.
 */
export function giveBack(edge: Edge, { conn, stanza, id }: Envelope): void {
  if (stanza === undefined || stanza.name === 'presence') return
  const user = edge.gone.userOf(conn)
  if (user === undefined) return
  const envelope = new Envelope(Op.returned)
  envelope.conn = conn
  envelope.stanza = stanza
  envelope.id = id
  edge.router.transfer(Kind.user, user, envelope, (outcome) => {
    if (outcome !== 'taken') edge.log.warn('stanza_not_given_back', { jid: user, outcome })
  })
}
