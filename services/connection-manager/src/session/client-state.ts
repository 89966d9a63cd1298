import { Envelope, Op } from '@heliograph/bus'
import type { Connection } from '../connection.ts'
import { tellOwner } from '../owners/tell-owner.ts'
import type { Session } from './session.ts'

/** `<active/>` or `<inactive/>` (XEP-0352 §4.2). However often a client says so in one turn, the owner is told once. */
export function setClientState(connection: Connection, session: Session, inactive: boolean): void {
  session.inactive = inactive
  connection.schedule()
}

/** Tells the owner, unless it knows. Before each stanza and at the end of the turn: so it is in order with what the client sends (§5.1). */
export function tellClientState(connection: Connection, session: Session): void {
  if (session.inactive === session.toldInactive) return
  session.toldInactive = session.inactive
  tellOwner(connection, new Envelope(session.inactive ? Op.inactive : Op.active))
}
