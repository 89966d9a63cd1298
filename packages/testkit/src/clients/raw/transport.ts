import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'

export interface TransportEvents {
  onBytes(bytes: Uint8Array): void
  onEnd(error: Error | undefined): void
}

export interface TlsTrust {
  /** Name that the certificate must be for. */
  readonly domain: string
  /** PEM of the authority; without it any certificate is accepted. */
  readonly ca?: string | undefined
}

/** What carries the stream's bytes: TCP, TLS over it, or a WebSocket. */
export interface Transport {
  write(data: string | Uint8Array): void
  /** Stops and resumes reading from the socket: the server's writes then fill the kernel's buffers. */
  pause(): void
  resume(): void
  /** Closes in an orderly way: what was written goes out, and nothing after it. */
  end(): void
  /** Cuts it with a reset; nothing is flushed. */
  cut(): void
  readonly tls: TLSSocket | undefined
}

/** A TCP or TLS connection, on which TLS can be started later. */
export class SocketTransport implements Transport {
  #socket: Socket
  readonly #tcp: Socket
  readonly #events: TransportEvents
  #ending = false
  #ended = false

  private constructor(tcp: Socket, events: TransportEvents) {
    this.#tcp = tcp
    this.#socket = tcp
    this.#events = events
    tcp.setNoDelay(true)
    this.#listen(tcp)
  }

  static async open(
    to: { readonly host: string; readonly port: number; readonly localAddress?: string | undefined },
    events: TransportEvents,
  ): Promise<SocketTransport> {
    const { host, port, localAddress } = to
    const socket = connectTcp({ host, port, ...(localAddress !== undefined && { localAddress }) })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new SocketTransport(socket, events)
  }

  /** Starts TLS on the connection; from now on bytes are those inside it. */
  async startTls({ domain, ca }: TlsTrust): Promise<void> {
    this.#tcp.removeAllListeners('data')
    const trust = ca === undefined ? { rejectUnauthorized: false } : { ca }
    const secure = connectTls({ socket: this.#tcp, servername: domain, ALPNProtocols: ['xmpp-client'], ...trust })
    await new Promise<void>((resolve, reject) => {
      secure.once('secureConnect', resolve)
      secure.once('error', reject)
    })
    this.#socket = secure
    this.#listen(secure)
  }

  get tls(): TLSSocket | undefined {
    return this.#socket === this.#tcp ? undefined : (this.#socket as TLSSocket)
  }

  write(data: string | Uint8Array): void {
    // What came after the end would break the connection, with all that has not left yet.
    if (!this.#ending && !this.#ended) this.#socket.write(data)
  }

  pause(): void {
    this.#socket.pause()
    this.#tcp.pause()
  }

  resume(): void {
    this.#tcp.resume()
    this.#socket.resume()
  }

  end(): void {
    this.#ending = true
    this.#socket.end()
  }

  cut(): void {
    this.#tcp.resetAndDestroy()
    this.#finish(undefined)
  }

  #listen(socket: Socket): void {
    socket.on('data', (bytes) => this.#events.onBytes(bytes))
    socket.on('error', (error) => this.#finish(error))
    socket.on('close', () => this.#finish(undefined))
  }

  #finish(error: Error | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#socket.destroy()
    this.#tcp.destroy()
    this.#events.onEnd(error)
  }
}
