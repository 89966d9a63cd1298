import type { Socket } from 'node:net'
import { SocketTransport } from '@heliograph/streams'
import { Connection } from '../connection.ts'
import type { Edge } from '../edge.ts'

/** A client on a plain socket: it starts TLS within the stream (RFC 6120 §5). */
export function welcomePlain(edge: Edge, socket: Socket, address: string): void {
  const connection = new Connection(edge, { address, kind: 'tcp', secure: false })
  connection.transport = new SocketTransport('tcp', socket, connection)
}

/** A client that speaks TLS from the first byte (XEP-0368). */
export function welcomeSecure(edge: Edge, socket: Socket, address: string): void {
  const connection = new Connection(edge, { address, kind: 'tls', secure: true })
  connection.transport = new SocketTransport('tls', edge.tls.forClient(socket), connection)
}
