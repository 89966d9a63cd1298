import { createServer } from 'node:net'

/** Ports handed out by this process: two callers never get the same one. */
const handedOut = new Set<number>()

/** A loopback TCP port that is free now and that this function won't return again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    const address = server.address()
    await new Promise((resolve) => server.close(resolve))
    if (address === null || typeof address === 'string') throw new Error('the system gave no port')
    if (handedOut.has(address.port)) continue
    handedOut.add(address.port)
    return address.port
  }
}
