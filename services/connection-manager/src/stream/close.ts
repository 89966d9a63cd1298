import type { StreamError } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'
import { tellAcknowledged } from '../management/acknowledged.ts'
import { tellClosed } from '../owners/tell-closed.ts'
import { closing } from './closing.ts'
import { sendHeader } from './header.ts'
import { leavesResumable } from './resumable.ts'

/** How long the peer has to close its side (RFC 6120 §4.4). */
const CLOSE_TIMEOUT_MS = 3_000

/**
 * Closes the stream: with an error (RFC 6120 §4.9.1.1: errors are not recoverable), or without one, orderly. Tells the owner, unless it
 * is the owner's own wish.
 */
export function closeStream(connection: Connection, error?: StreamError, options?: { ownerKnows: boolean }): void {
  if (connection.phase === closing || connection.gone) return
  if (error !== undefined) {
    connection.edge.events.streamError(connection, error)
    // RFC 6120 §4.9.1.2: an error in the header still gets a header before it.
    if (!connection.headerSent) sendHeader(connection, undefined)
    connection.write(connection.dialect.error(error))
  }
  connection.write(connection.dialect.close)
  leave(connection, { lost: error !== undefined && leavesResumable(error), tell: !options?.ownerKnows })
  // An error ends everything; an orderly close waits for the peer's (RFC 6120 §4.4), which ends in `peerClosed`.
  if (error !== undefined) endTransport(connection)
}

/** The peer sent its closing tag: answer it, if it isn't itself the answer to ours (RFC 6120 §4.4). */
export function peerClosed(connection: Connection): void {
  if (connection.phase !== closing) {
    connection.write(connection.dialect.close)
    leave(connection, { lost: false, tell: true })
  }
  endTransport(connection)
}

/** The transport ended without the stream being closed: the session is lost and may be resumed (XEP-0198 §5). */
export function abandon(connection: Connection): void {
  if (connection.phase === closing) return
  leave(connection, { lost: true, tell: true })
  connection.transport.destroy()
}

function endTransport(connection: Connection): void {
  connection.flush()
  connection.transport.end()
}

/** Ends what the connection is to others; from here on it only waits for its transport to close. */
function leave(connection: Connection, { lost, tell }: { lost: boolean; tell: boolean }): void {
  connection.phase = closing
  connection.deadline = connection.edge.clock.now + CLOSE_TIMEOUT_MS
  connection.authentication = undefined
  // The client's last acknowledgement goes before the news that it left.
  const managed = connection.session?.managed
  if (managed?.untold) tellAcknowledged(connection, managed)
  if (tell && connection.partition >= 0) tellClosed(connection, lost)
  connection.edge.connections.displace(connection)
  connection.edge.answers.delete(connection)
  connection.request = undefined
  if (connection.session !== undefined) connection.edge.events.unbound()
  connection.session = undefined
  connection.release()
}
