import { TLSSocket } from 'node:tls'
import WebSocket from 'ws'
import type { TlsTrust, Transport, TransportEvents } from './transport.ts'

export interface WebSocketOptions extends TlsTrust {
  readonly localAddress?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** XMPP over a WebSocket (RFC 7395): each message is one element. */
export class WebSocketTransport implements Transport {
  readonly tls: TLSSocket | undefined // below HTTP: what a client outside of a browser can bind to
  readonly #socket: WebSocket
  #ended = false

  private constructor(socket: WebSocket, tls: TLSSocket | undefined, events: TransportEvents) {
    this.#socket = socket
    this.tls = tls
    socket.on('message', (data: Buffer) => events.onBytes(data))
    socket.on('error', (error) => this.#finish(error, events))
    socket.on('close', () => this.#finish(undefined, events))
  }

  static async open(url: string, options: WebSocketOptions, events: TransportEvents): Promise<WebSocketTransport> {
    const { ca, domain: _, ...from } = options
    const trust = ca === undefined ? { rejectUnauthorized: false } : { ca }
    const socket = new WebSocket(url, ['xmpp'], { perMessageDeflate: false, ...trust, ...from })
    let tls: TLSSocket | undefined
    socket.once('upgrade', (response) => {
      if (response.socket instanceof TLSSocket) tls = response.socket
    })
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    return new WebSocketTransport(socket, tls, events)
  }

  write(data: string | Uint8Array): void {
    // RFC 7395 §3.2: text frames, also for bytes that a test has broken on purpose
    if (!this.#ended) this.#socket.send(data, { binary: false })
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.close()
  }

  cut(): void {
    this.#socket.terminate()
  }

  #finish(error: Error | undefined, events: TransportEvents): void {
    if (this.#ended) return
    this.#ended = true
    events.onEnd(error)
  }
}
