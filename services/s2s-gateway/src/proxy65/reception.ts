import type { Socket } from 'node:net'
import { REPLY, readGreeting, readRequest, replyOf } from './socks.ts'

/** How long a client may take to say where it wants to go, and to go when it is refused. */
const PATIENCE_MS = 10_000
/** A greeting, or a request, is never longer. */
const MOST_BYTES = 512

/**
 * Reads what a client of the proxy says first. `arrived` is told the hash it asks for, and answers whether there is room for it there; from then on
 * the socket is whoever's has it. Anything else ends the connection.
 */
export function receive(socket: Socket, arrived: (hash: string) => boolean): void {
  let said: Buffer = Buffer.alloc(0)
  let hasGreeted = false
  const late = setTimeout(() => socket.destroy(), PATIENCE_MS)
  const refuse = (answer: Buffer): void => {
    socket.off('data', onData)
    socket.end(answer)
  }
  const onData = (chunk: Buffer): void => {
    said = Buffer.concat([said, chunk])
    if (said.length > MOST_BYTES) {
      socket.destroy()
      return
    }
    let heard = hasGreeted ? readRequest(said) : readGreeting(said)
    if (heard.kind === 'greeting') {
      hasGreeted = true
      said = said.subarray(heard.length)
      if (!heard.isAcceptable) return refuse(heard.answer)
      socket.write(heard.answer)
      heard = readRequest(said)
    }
    if (heard.kind === 'refused') refuse(heard.answer)
    else if (heard.kind === 'connect') {
      // Who is refused has to leave in time, too.
      if (!arrived(heard.hash)) return refuse(replyOf(REPLY.notAllowed, heard.hash))
      clearTimeout(late)
      socket.off('data', onData)
      socket.write(replyOf(REPLY.succeeded, heard.hash))
    }
  }
  // What went wrong is of no consequence beyond the end that follows it.
  socket.on('error', () => {})
  socket.once('close', () => clearTimeout(late))
  socket.on('data', onData)
}
