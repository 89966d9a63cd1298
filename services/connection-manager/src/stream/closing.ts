import type { StreamError } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'
import type { Phase } from './phase.ts'

/** How long the peer has to close its stream, and then the transport (RFC 6120 §4.4: "a configurable amount of time"). */
export const CLOSE_TIMEOUT_MS = 3_000

/** The transport is closed on this side, behind all that was written: it waits for the peer to do the same. */
const ended: Phase = {
  name: 'closing',
  element() {},
  features: () => '',
  expired: (connection) => connection.transport.destroy(),
}

/** The stream is over on this side: what still arrives is ignored until the peer closes too, or its time is up. */
export const closing: Phase = { ...ended, expired: endTransport }

/** Closes this side of the transport; with TLS a close_notify goes before (RFC 6120 §4.4, RFC 5246 §7.2.1). */
export function endTransport(connection: Connection, error?: StreamError): void {
  if (connection.phase === ended) return
  connection.phase = ended
  connection.deadline = connection.edge.clock.now + CLOSE_TIMEOUT_MS
  connection.flush()
  connection.transport.end(error)
}
