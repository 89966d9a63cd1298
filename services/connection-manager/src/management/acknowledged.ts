import { Envelope, Haste, Op } from '@heliograph/bus'
import type { Connection } from '../connection.ts'
import { tellOwner } from '../owners/tell-owner.ts'
import type { Managed } from './managed.ts'

/** Tells the owner what the client has acknowledged: once a turn at most, the last value says it all. */
export function tellAcknowledged(connection: Connection, managed: Managed): void {
  managed.untold = false
  const envelope = new Envelope(Op.ack)
  envelope.count = managed.acked
  envelope.haste = Haste.ride
  tellOwner(connection, envelope)
}
