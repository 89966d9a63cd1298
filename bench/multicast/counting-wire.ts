import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'

/** A TCP connection that counts what goes through it, in both directions. */
export class CountingWire implements AsyncDisposable {
  readonly #server: Server
  bytes = 0

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        from.on('data', (chunk: Buffer) => {
          this.bytes += chunk.length
          to.write(chunk)
        })
        from.on('error', () => {})
        from.once('close', () => to.destroy())
      }
    })
  }

  static async to(port: number): Promise<CountingWire> {
    const wire = new CountingWire(port)
    wire.#server.listen(0, '127.0.0.1')
    await once(wire.#server, 'listening')
    return wire
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
  }
}
