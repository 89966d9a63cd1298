import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { Lane, type Weather } from './lane.ts'

const FAIR: Weather = { held: false, delayMs: 0, jitterMs: 0 }

/** A TCP proxy on a loopback port, whose connections tests break, hold or slow down: a network that fails between two processes. */
export class TcpProxy implements AsyncDisposable {
  readonly #to: NetConnectOpts
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Of these, those that were accepted. */
  readonly #near = new WeakSet<Socket>()
  readonly #lanes = new Set<Lane>()
  #weather = FAIR
  #refuses = false

  private constructor(to: NetConnectOpts) {
    this.#to = to
    this.#server = createServer({ allowHalfOpen: false }, (socket) => this.#accept(socket))
  }

  /** Listens, and connects to `to` for each connection that it gets. */
  static async start(to: NetConnectOpts): Promise<TcpProxy> {
    const proxy = new TcpProxy(to)
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject)
      proxy.#server.listen(0, '127.0.0.1', resolve)
    })
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed')
    return address.port
  }

  /** Resets all connections, and each new one at once. */
  cut(): void {
    this.#refuses = true
    for (const socket of this.#sockets) this.#reset(socket)
  }

  /** Connections stay, also new ones, and nothing passes: what is written waits, as in a network that drops every packet. */
  hold(): void {
    this.#change({ ...FAIR, held: true })
  }

  /** What passes arrives so much later, each piece by up to `jitterMs` more; order stays. */
  slow(delayMs: number, jitterMs = 0): void {
    this.#change({ held: false, delayMs, jitterMs })
  }

  /** Ends what the others began; what was held passes now. */
  heal(): void {
    this.#refuses = false
    this.#change(FAIR)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #change(weather: Weather): void {
    this.#weather = weather
    for (const lane of this.#lanes) lane.change(weather)
  }

  #accept(near: Socket): void {
    this.#near.add(near)
    if (this.#refuses) {
      near.on('error', () => {})
      this.#reset(near)
      return
    }
    const far = connect(this.#to)
    const lanes = [new Lane(near, far, this.#weather), new Lane(far, near, this.#weather)]
    for (const lane of lanes) this.#lanes.add(lane)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      // A reset is passed on as one.
      socket.on('error', () => this.#reset(other))
      socket.on('close', () => {
        this.#sockets.delete(socket)
        for (const lane of lanes) this.#lanes.delete(lane)
        for (const lane of lanes) lane.end(socket)
      })
    }
  }

  /** TCP has resets; of a socket in the file system there is only an end. */
  #reset(socket: Socket): void {
    if ('path' in this.#to && !this.#near.has(socket)) socket.destroy()
    else socket.resetAndDestroy()
  }
}
