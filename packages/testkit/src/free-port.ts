import { createServer } from 'node:net'

/** Ports handed out by this process: two callers never get the same one. */
const handedOut = new Set<number>()

/** A loopback TCP port that is free now and that this function won't return again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await tryListening(0)
    if (handedOut.has(port)) continue
    handedOut.add(port)
    return port
  }
}

/** Whether nobody listens on a loopback port now. */
export async function isFree(port: number): Promise<boolean> {
  return tryListening(port).then(
    () => true,
    () => false,
  )
}

async function tryListening(wanted: number): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(wanted, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('the system gave no port')
  return address.port
}
