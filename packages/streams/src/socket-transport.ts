import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Transport, TransportKind, TransportSink } from './transport.ts'

/** A TCP socket, with or without TLS. */
export class SocketTransport implements Transport {
  readonly kind: TransportKind
  readonly #socket: Socket
  readonly #sink: TransportSink
  readonly #onData = (chunk: Buffer): void => this.#sink.onData(chunk)
  readonly #onEnd = (): void => this.#sink.onEnd()
  readonly #onGone = (): void => this.#sink.onGone()

  constructor(kind: TransportKind, socket: Socket, sink: TransportSink) {
    this.kind = kind
    this.#socket = socket
    this.#sink = sink
    // What went wrong is of no consequence beyond the end that follows it.
    socket.on('error', ignore)
    socket.on('end', this.#onEnd)
    socket.on('close', this.#onGone)
    socket.on('data', this.#onData)
  }

  get tls(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket : undefined
  }

  /** The socket, given up by this transport: it hears no more of it. */
  release(): Socket {
    const socket = this.#socket
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('close', this.#onGone)
    return socket
  }

  write(chunks: readonly Buffer[], bytes: number, written?: (error?: Error | null) => void): void {
    // One buffer, one system call, one TLS record.
    this.#socket.write(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes), written)
  }

  get backlog(): number {
    return this.#socket.writableLength
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

function ignore(): void {}
