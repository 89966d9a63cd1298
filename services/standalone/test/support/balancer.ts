import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP load balancer: each connection goes to the first of its places, in that order, that accepts it. */
export class Balancer implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(places: readonly number[]) {
    this.#server = createServer({ pauseOnConnect: true }, (client) => {
      this.#keep(client)
      void this.#serve(client, places)
    })
  }

  /** @param places ports on loopback, the preferred one first */
  static async start(places: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(places)
    balancer.#server.listen(0, '127.0.0.1')
    await once(balancer.#server, 'listening')
    return balancer
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }

  async #serve(client: Socket, places: readonly number[]): Promise<void> {
    for (const port of places) {
      const place = this.#keep(connect(port, '127.0.0.1'))
      const connected = await once(place, 'connect').then(
        () => true,
        () => false,
      )
      if (!connected) continue
      // What one side has sent still arrives when that side ends, even if it is killed.
      client.pipe(place)
      place.pipe(client)
      client.once('close', () => place.destroy())
      place.once('close', () => client.destroySoon())
      return
    }
    client.destroy()
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket)
    socket.on('error', () => {}) // the close that follows is what counts
    socket.once('close', () => this.#sockets.delete(socket))
    return socket
  }
}
