import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { ALPN, type CertificateStore } from '@heliograph/certificates'

const HANDSHAKE_MS = 10_000

/**
 * Puts TLS on accepted sockets, and asks the peer for a certificate. A server of Node does it, since only that judges a certificate of who
 * connects; it doesn't listen itself.
 */
export class TlsReception implements Disposable {
  readonly #server: Server
  readonly #waiting = new Map<string, (socket: TLSSocket) => void>()

  constructor(certificates: CertificateStore) {
    this.#server = createServer({
      SNICallback: certificates.sniCallback,
      ALPNProtocols: [...ALPN.server],
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: true,
      // What it is worth is decided by stream, for the domain in question.
      rejectUnauthorized: false,
    })
    certificates.attach(this.#server)
    this.#server.on('secureConnection', (socket) => this.#secured(socket))
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy())
  }

  /** Calls `done` once the handshake is over; where it fails the socket is closed. */
  secure(socket: Socket, done: (secured: TLSSocket) => void): void {
    const end = endOf(socket)
    this.#waiting.set(end, done)
    socket.once('close', () => this.#waiting.delete(end))
    this.#server.emit('connection', socket)
  }

  [Symbol.dispose](): void {
    this.#waiting.clear()
    // Nothing listens, but who renews the server's certificate hears of its end.
    this.#server.close()
  }

  #secured(socket: TLSSocket): void {
    const end = endOf(socket)
    const done = this.#waiting.get(end)
    this.#waiting.delete(end)
    if (done === undefined) socket.destroy()
    else done(socket)
  }
}

/** Both ends of a connection: while it is open no other has the same. */
function endOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
