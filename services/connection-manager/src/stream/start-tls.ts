import { NS } from '@heliograph/stanza'
import { SocketTransport } from '@heliograph/streams'
import type { ParsedElement } from '@heliograph/xml'
import { Framer } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { closeStream } from './close.ts'
import { startTlsOffered } from './security.ts'

/** `<starttls/>` (RFC 6120 §5.4.2): proceeds, and the stream begins anew inside TLS. */
export function startTls(connection: Connection, parsed: ParsedElement): void {
  const { transport, edge } = connection
  if (parsed.name !== 'starttls') {
    closeStream(connection, { condition: 'unsupported-stanza-type' })
    return
  }
  if (!startTlsOffered(connection) || !(transport instanceof SocketTransport)) {
    // RFC 6120 §5.4.2.2
    connection.write(`<failure xmlns='${NS.tls}'/>`)
    closeStream(connection)
    return
  }
  // What came in plain text after <starttls/> must not be taken for something that came inside TLS.
  connection.intake.stop()
  connection.intake.takeRest()
  connection.write(`<proceed xmlns='${NS.tls}'/>`)
  connection.flush()
  connection.intake = new Framer(edge.config.xmlBeforeAuth, connection)
  connection.headerSent = false
  const secured = edge.tls.forClient(transport.release(), connection.domain)
  connection.transport = new SocketTransport(connection.kind, secured, connection)
  connection.secure = true
  edge.events.tlsStarted(connection)
}
