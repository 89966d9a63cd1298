import type { Socket } from 'node:net'

/** How long a socket may take for a request, for reading its answer, or until the next: longer than proxies keep theirs. */
const PATIENCE_MS = 75_000

/** The sockets of the HTTP server that are waiting for a request: those that wait for too long are closed by the edge's sweep. */
export class HttpSockets {
  readonly #since = new Map<Socket, number>()
  readonly #all = new Set<Socket>()

  /** A socket waits for a request from now on: it is new, or the one before is being answered, which it has the same time to read. */
  await(socket: Socket, now: number): void {
    if (socket.destroyed) return
    if (!this.#all.has(socket)) {
      this.#all.add(socket)
      socket.once('close', () => this.release(socket))
    }
    this.#since.set(socket, now)
  }

  /** Its request has come completely: it may be answered whenever. */
  received(socket: Socket): void {
    this.#since.delete(socket)
  }

  /** It is something else now, or closed. */
  release(socket: Socket): void {
    this.#since.delete(socket)
    this.#all.delete(socket)
  }

  sweep(now: number): void {
    for (const [socket, since] of this.#since) if (now - since > PATIENCE_MS) socket.destroy()
  }

  closeAll(): void {
    for (const socket of this.#all) socket.destroy()
  }
}
