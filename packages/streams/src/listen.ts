import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { ListenAddress } from '@heliograph/config'

const BACKLOG = 4_096

/** A listening TCP socket. */
export interface Listener {
  /** `host:port` as bound. */
  readonly address: string
  readonly port: number
  /** Takes no more connections; those it took go on. */
  close(): void
}

/** @throws when the address can't be bound */
export async function listen({ host, port }: ListenAddress, accept: (socket: Socket) => void): Promise<Listener> {
  const server = createServer(accept)
  server.listen({ host, port, backlog: BACKLOG })
  await once(server, 'listening')
  return { ...boundAddress(server, host), close: () => void server.close() }
}

function boundAddress(server: Server, host: string): { address: string; port: number } {
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return { address: `${host.includes(':') ? `[${host}]` : host}:${port}`, port }
}
