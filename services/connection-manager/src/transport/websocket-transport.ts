import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Transport, TransportSink } from '@heliograph/streams'
import type { RawData, WebSocket } from 'ws'

/** A WebSocket (RFC 7395): each chunk is one text message. */
export class WebSocketTransport implements Transport {
  readonly kind = 'websocket'
  readonly #socket: Socket
  readonly #webSocket: WebSocket
  readonly #ofPage: boolean

  /** @param ofPage whether a page in a browser opened it */
  constructor(
    { webSocket, socket, ofPage }: { webSocket: WebSocket; socket: Socket; ofPage: boolean },
    sink: TransportSink,
  ) {
    this.#webSocket = webSocket
    this.#socket = socket
    this.#ofPage = ofPage
    webSocket.on('message', (data: RawData, isBinary: boolean) => {
      // RFC 7395 §3.2: text messages only.
      if (isBinary) webSocket.close(UNSUPPORTED_DATA)
      else sink.onData(data as Buffer)
    })
    webSocket.on('error', ignore)
    webSocket.on('close', () => sink.onGone())
  }

  /** Pages don't see the TLS below them, so they can't bind to it; a library for them takes an offered -PLUS all the same, and fails. */
  get tls(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket && !this.#ofPage ? this.#socket : undefined
  }

  write(chunks: readonly Buffer[]): void {
    this.#socket.cork()
    for (let i = 0; i < chunks.length; i++) this.#webSocket.send(chunks[i]!, TEXT)
    this.#socket.uncork()
  }

  get backlog(): number {
    return this.#webSocket.bufferedAmount
  }

  pause(): void {
    this.#webSocket.pause()
  }

  resume(): void {
    this.#webSocket.resume()
  }

  end(): void {
    this.#webSocket.close(NORMAL)
  }

  destroy(): void {
    this.#webSocket.terminate()
  }
}

const NORMAL = 1000
const UNSUPPORTED_DATA = 1003
const TEXT = { binary: false, compress: false }

function ignore(): void {}
