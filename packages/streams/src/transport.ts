import type { TLSSocket } from 'node:tls'
import type { StreamError } from '@heliograph/stanza'

export type TransportKind = 'tcp' | 'tls' | 'websocket' | 'bosh' | 'polling'

/** What a connection's bytes travel on. */
export interface Transport {
  readonly kind: TransportKind
  /** The TLS layer, when this end has one. */
  readonly tls: TLSSocket | undefined
  /**
   * One write to the socket, however many chunks; each is a complete first-level element (or header, or close). `written` is told when the
   * kernel has taken it, or of the error that kept it from that.
   */
  write(chunks: readonly Buffer[], bytes: number, written?: (error?: Error | null) => void): void
  /** Bytes accepted by `write` that the kernel hasn't taken. */
  readonly backlog: number
  pause(): void
  resume(): void
  /** Closes after what was written has been sent; `error` is what the stream was closed with. */
  end(error?: StreamError): void
  /** Closes now. */
  destroy(): void
}

/** Told of what happens on a transport. */
export interface TransportSink {
  onData(chunk: Buffer): void
  /** The peer sends no more. */
  onEnd(): void
  /** Gone; called once, last. */
  onGone(): void
}
