import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What both parties of a bytestream ask the proxy for (XEP-0065 §9.2). */
export function hashOf(sid: string, requester: string, target: string): string {
  return createHash('sha1').update(`${sid}${requester}${target}`).digest('hex')
}

/** A connection to a SOCKS5 proxy that asked for that hash. @throws when it is refused */
export async function throughProxy(port: number, hash: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(Buffer.from([5, 1, 0]))
  const greeted = await take(socket, 2)
  if (greeted[1] !== 0) throw new Error('not without authentication')
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, hash.length]), Buffer.from(hash), Buffer.alloc(2)]))
  const answer = await take(socket, 5 + hash.length + 2)
  if (answer[1] !== 0) throw new Error(`refused with ${answer[1]}`)
  return socket
}

/** All that comes until the other side ends. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'end')
  return Buffer.concat(chunks)
}

async function take(socket: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const read: Buffer | null = socket.read(bytes)
    if (read !== null) return read
    if (socket.readableEnded || socket.destroyed) throw new Error('the proxy closed the connection')
    await Promise.race([once(socket, 'readable'), once(socket, 'end'), once(socket, 'close')])
  }
}
