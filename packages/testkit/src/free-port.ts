import { createServer } from 'node:net'

/**
 * Below the range from which systems take the local ports of outgoing connections: a port found free there could be such
 * a connection's a moment later, also while a process that listens on it is being restarted.
 */
const FIRST = 10_240
const BLOCK = 100
const BLOCKS = 217
const SIZE = BLOCK * BLOCKS

/** Processes that run tests at the same time begin in blocks of their own. */
let next = (process.pid % BLOCKS) * BLOCK

/** A loopback TCP port that is free now and that this function won't return again soon. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < SIZE; tried += 1) {
    const port = FIRST + next
    next = (next + 1) % SIZE
    if (await isFree(port)) return port
  }
  throw new Error('no free port')
}

/** Whether nobody listens on a loopback port now. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    return true
  } catch {
    return false // in use
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}
