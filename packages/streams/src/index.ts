export { type Flushable, Flusher } from './flusher.ts'
export { type Listener, listen } from './listen.ts'
export { SocketTransport } from './socket-transport.ts'
export type { Transport, TransportKind, TransportSink } from './transport.ts'
