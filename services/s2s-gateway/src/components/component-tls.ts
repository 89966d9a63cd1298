import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type CertificateStore, channelBindingsOf, openCertificates } from '@heliograph/certificates'
import { ensureDomain } from '@heliograph/jid'
import { type ChannelBindings, NO_BINDINGS } from '@heliograph/sasl'
import type { GatewayContext } from '../context.ts'

/** TLS for components, by the certificates that clients are shown. */
export class ComponentTls implements AsyncDisposable {
  readonly #stop = new AbortController()
  #certificates: CertificateStore | undefined

  /** Whether TLS can be put on a connection. */
  get isReady(): boolean {
    return this.#certificates !== undefined
  }

  /** @throws when a certificate can't be used */
  async open({ config, log }: Pick<GatewayContext, 'config' | 'log'>): Promise<void> {
    const domains = config.domains.map((domain) => ({ ...domain, name: ensureDomain(domain.name) }))
    this.#certificates = await openCertificates({ ...config, domains }, { log, signal: this.#stop.signal })
  }

  secure(socket: Socket, domain?: string): TLSSocket {
    // Components name no protocol.
    const { ALPNProtocols: _none, ...options } = this.#certificates!.socketOptions([], domain)
    const secured = new TLSSocket(socket, options)
    // A failed handshake destroys the socket: all that is left to do is not to throw.
    secured.on('_tlsError', () => {})
    secured.on('error', () => {})
    return secured
  }

  /** What authentication can be bound to; `domain` as it was given when TLS began. */
  bindings(socket: TLSSocket | undefined, domain: string | undefined): ChannelBindings {
    if (socket === undefined) return NO_BINDINGS
    const { servername } = socket as { servername?: string | false }
    return channelBindingsOf(socket, this.#certificates!.hasEndPoint(servername || domain))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#certificates?.[Symbol.asyncDispose]()
  }
}
