import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { OperatorError } from '@heliograph/telemetry'

/** Brings connections to ports of this machine in turn: the suite knows one address, a cluster has several. */
export class Relay implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(ports: readonly number[]) {
    let count = 0
    this.#server = createServer((client) => {
      const server = connect(ports[count++ % ports.length]!, '127.0.0.1')
      for (const socket of [client, server]) {
        socket.setNoDelay()
        this.#sockets.add(socket)
        socket.once('close', () => this.#sockets.delete(socket))
      }
      pipeline(client, server, client, () => {})
    })
  }

  /** @throws OperatorError when somebody else listens there */
  static async start(host: string, port: number, ports: readonly number[]): Promise<Relay> {
    const relay = new Relay(ports)
    relay.#server.listen(port, host)
    await once(relay.#server, 'listening').catch((error: unknown) => {
      throw new OperatorError(`cannot listen on ${host}:${port}: ${String(error)}`)
    })
    return relay
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }
}
