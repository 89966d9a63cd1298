import { createServer, type Server } from 'node:net'

/**
 * Below the range from which systems take the local ports of outgoing connections: a port found free there could be such
 * a connection's a moment later, also while a process that listens on it is being restarted.
 */
const FIRST = 10_240
const BLOCK = 100
const BLOCKS = 217

/** Where this process looks first; another that runs tests at the same time mostly elsewhere. */
let block = process.pid % BLOCKS
let used = BLOCK

/**
 * A loopback TCP port that is free now, and that this function gives nobody else on this machine while this process lives:
 * ports are taken from blocks, and whoever listens on a block's first port, which the system lets one process do, has the
 * others to give.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < BLOCKS * BLOCK; tried += 1) {
    while (used >= BLOCK) await nextBlock()
    const port = FIRST + block * BLOCK + used
    used += 1
    if (await isFree(port)) return port
  }
  throw new Error('no free port')
}

/** Whether nobody listens on a loopback port now. */
export async function isFree(port: number): Promise<boolean> {
  const server = await listening(port)
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  return server !== undefined
}

/** One at a time: whoever asks meanwhile waits for the same block. */
let turning: Promise<void> | undefined

function nextBlock(): Promise<void> {
  turning ??= reserve().finally(() => {
    turning = undefined
  })
  return turning
}

async function reserve(): Promise<void> {
  for (let tried = 0; tried < BLOCKS; tried += 1) {
    const next = (block + 1 + tried) % BLOCKS
    const guard = await listening(FIRST + next * BLOCK)
    if (guard === undefined) continue
    guard.unref() // held to the end of the process, and not what it lives for
    block = next
    used = 1
    return
  }
  throw new Error('every block of ports is in use')
}

/** Undefined when the port is in use. */
function listening(port: number): Promise<Server | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
