import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import type { Target } from '../finding/finder.ts'
import { isPublic, notPublic, publicOnly } from '../finding/public-address.ts'

const CONNECT_MS = 10_000
const KEEP_ALIVE_MS = 30_000

export interface Dialling {
  readonly lookup: LookupFunction
  readonly signal: AbortSignal
  /** Whether addresses that aren't public may be connected to, too. */
  readonly anywhere: boolean
}

/**
 * A TCP connection to a target, over whichever of its addresses answers first (RFC 8305).
 *
 * @throws when there is none in time
 */
export async function dial({ host, port }: Target, { lookup, signal, anywhere }: Dialling): Promise<Socket> {
  if (!anywhere && isIP(host) !== 0 && !isPublic(host)) throw notPublic(host)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({
    ...{ host, port, lookup: anywhere ? lookup : publicOnly(lookup), autoSelectFamily: true },
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
