import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { ALPN, type CertificateStore, channelBindingsOf } from '@heliograph/certificates'
import type { ChannelBindings } from '@heliograph/sasl'

/** Puts TLS on accepted sockets, with the certificates of the moment. */
export class TlsUpgrade {
  readonly #store: CertificateStore

  constructor(store: CertificateStore) {
    this.#store = store
  }

  /** For an XMPP stream; `domain` is who the client asked for, where it has said so without SNI. */
  forClient(socket: Socket, domain?: string): TLSSocket {
    return this.#upgrade(socket, ALPN.client, domain)
  }

  /** For HTTP. */
  forHttp(socket: Socket): TLSSocket {
    return this.#upgrade(socket, ALPN.http)
  }

  /** What authentication inside `socket` can be bound to; `domain` as it was given when TLS began. */
  bindings(socket: TLSSocket, domain?: string): ChannelBindings {
    const { servername } = socket as { servername?: string | false }
    return channelBindingsOf(socket, this.#store.hasEndPoint(servername || domain))
  }

  #upgrade(socket: Socket, alpn: readonly string[], domain?: string): TLSSocket {
    const secured = new TLSSocket(socket, this.#store.socketOptions(alpn, domain))
    // A failed handshake destroys the socket: all that is left to do is not to throw.
    secured.on('_tlsError', ignore)
    secured.on('error', ignore)
    return secured
  }
}

function ignore(): void {}
