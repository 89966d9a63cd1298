import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** TCP connections to a server that a test can cut, or make silent. */
export class Wire implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** What is thrown away. */
  #lost: 'nothing' | 'answers' | 'all' = 'nothing'
  #target: number

  private constructor(port: number) {
    this.#target = port
    this.#server = createServer((socket) => this.#join(socket, connect(this.#target, '127.0.0.1')))
  }

  /** To a port of loopback. */
  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port)
    wire.#server.listen(0, '127.0.0.1')
    await once(wire.#server, 'listening')
    return wire
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends all connections at once; what was on the way is lost. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** From now on what either side sends is accepted and thrown away, until `mend`. */
  silence(): void {
    this.#lost = 'all'
  }

  /** From now on what the server says is thrown away, until `mend`. It hears on. */
  deafen(): void {
    this.#lost = 'answers'
  }

  /** Connections that had been silent are lost. */
  mend(): void {
    this.#lost = 'nothing'
    this.cut()
  }

  /** New connections go to another port of loopback. */
  lead(port: number): void {
    this.#target = port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.cut()
    await once(this.#server, 'close')
  }

  #join(one: Socket, other: Socket): void {
    for (const [from, to, isAnswer] of [
      [one, other, false],
      [other, one, true],
    ] as const) {
      this.#sockets.add(from)
      from.on('data', (chunk) => {
        if (this.#lost === 'nothing' || (this.#lost === 'answers' && !isAnswer)) to.write(chunk)
      })
      from.on('error', () => {})
      from.once('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
    }
  }
}
