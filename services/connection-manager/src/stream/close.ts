import type { StreamError } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'
import { tellAcknowledged } from '../management/acknowledged.ts'
import { tellClosed } from '../owners/tell-closed.ts'
import { CLOSE_TIMEOUT_MS, closing, endTransport } from './closing.ts'
import { sendHeader } from './header.ts'
import { leavesResumable } from './resumable.ts'

export interface Closing {
  /** It is the owner's own wish: it isn't told. */
  readonly ownerKnows?: boolean
  /** What the peer sends can't be read any further, so neither can its closing tag. */
  readonly unreadable?: boolean
}

/**
 * Closes the stream, with an error (RFC 6120 §4.9.1.1: errors are not recoverable) or without one, and waits for the peer to close its own
 * before the transport is closed (§4.4), which happens in `peerClosed` or after {@link CLOSE_TIMEOUT_MS}. Where the peer has no stream that
 * could be closed there is nothing to wait for.
 */
export function closeStream(connection: Connection, error?: StreamError, options: Closing = {}): void {
  if (connection.phase.name === 'closing' || connection.gone) return
  if (error !== undefined) {
    connection.edge.events.streamError(connection, error)
    // RFC 6120 §4.9.1.2: an error in the header still gets a header before it.
    if (!connection.headerSent) sendHeader(connection, undefined)
    connection.write(connection.dialect.error(error))
  }
  connection.write(connection.dialect.close)
  leave(connection, { lost: error !== undefined && leavesResumable(error), tell: !options.ownerKnows })
  const alone = !connection.headerHeard || options.unreadable || !connection.dialect.closesByHalves
  if (alone) endTransport(connection, error)
}

/** The peer sent its closing tag: answer it, if it isn't itself the answer to ours (RFC 6120 §4.4). */
export function peerClosed(connection: Connection): void {
  if (connection.phase.name !== 'closing') {
    connection.write(connection.dialect.close)
    leave(connection, { lost: false, tell: true })
  }
  endTransport(connection)
}

/** The transport ended without the stream being closed: the session is lost and may be resumed (XEP-0198 §5). */
export function abandon(connection: Connection): void {
  if (connection.phase.name === 'closing') return
  leave(connection, { lost: true, tell: true })
  connection.transport.destroy()
}

/** Ends what the connection is to others; from here on it only waits for its transport to close. */
function leave(connection: Connection, { lost, tell }: { lost: boolean; tell: boolean }): void {
  connection.phase = closing
  connection.deadline = connection.edge.clock.now + CLOSE_TIMEOUT_MS
  connection.authentication = undefined
  const { edge, session, partition } = connection
  // The client's last acknowledgement goes before the news that it left.
  const managed = session?.managed
  if (managed?.untold) tellAcknowledged(connection, managed)
  if (tell && partition >= 0) tellClosed(connection, lost)
  if (session !== undefined) edge.crowd.disperse(partition, session.inFlight)
  edge.connections.displace(connection)
  edge.answers.delete(connection)
  edge.shaped.delete(connection)
  connection.request = undefined
  if (session !== undefined) edge.events.unbound()
  connection.session = undefined
  connection.release()
}
