import { connect, type LookupFunction, type Socket } from 'node:net'
import type { Target } from '../finding/finder.ts'

const CONNECT_MS = 10_000
const KEEP_ALIVE_MS = 30_000

/**
 * A TCP connection to a target, over whichever of its addresses answers first (RFC 8305).
 *
 * @throws when there is none in time
 */
export async function dial(
  { host, port }: Target,
  { lookup, signal }: { readonly lookup: LookupFunction; readonly signal: AbortSignal },
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({
    ...{ host, port, lookup, autoSelectFamily: true },
    ...{ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
  })
  const giveUp = (): void => reject(new Error('it took too long'))
  const timer = setTimeout(giveUp, CONNECT_MS)
  signal.addEventListener('abort', giveUp)
  socket.once('connect', resolve)
  socket.once('error', reject)
  try {
    await promise
    return socket
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    socket.off('connect', resolve)
    socket.off('error', reject)
  }
}
