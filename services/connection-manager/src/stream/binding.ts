import type { Envelope } from '@heliograph/bus'
import { partitionOf } from '@heliograph/ownership'
import type { Connection } from '../connection.ts'
import { tellOwner } from '../owners/tell-owner.ts'
import { closeStream } from './close.ts'
import type { Phase } from './phase.ts'

/** The owner has been asked to open or resume a session; nothing is read until it has answered. */
export const binding: Phase = {
  name: 'binding',
  // The intake is stopped.
  element() {},
  features: () => '',

  expired(connection) {
    closeStream(connection, { condition: 'remote-connection-failed', text: 'the session service does not answer' })
  },
}

/** Asks the owner of the connection's user; if the owner changes before it answers, the next one is asked. */
export function ask(connection: Connection, request: Envelope): void {
  const { edge } = connection
  connection.hold()
  connection.phase = binding
  connection.request = request
  connection.deadline = edge.clock.now + edge.config.limits.handOverSeconds * 2_000
  edge.connections.place(connection, partitionOf(connection.identity!))
  tellOwner(connection, request)
}
