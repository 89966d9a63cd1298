import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'

const HEADER = `xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'`

/** A stream in the name of another server, whose certificate and key are in `pem`: its users needn't be there to ask for somebody's presence. */
export class TheirStream implements Disposable {
  readonly #socket: TLSSocket
  #text = ''

  private constructor(socket: TLSSocket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#text += String(chunk)
    })
    socket.on('error', () => {})
  }

  static async open(port: number, from: string, to: string, pem: string): Promise<TheirStream> {
    const own = await readFile(pem)
    const options = { cert: own, key: own, rejectUnauthorized: false, ALPNProtocols: ['xmpp-server'] }
    const socket = connect({ host: '127.0.0.1', port, servername: to, ...options })
    const stream = new TheirStream(socket)
    await once(socket, 'secureConnect')
    const open = `<stream:stream ${HEADER} from='${from}' to='${to}'>`
    await stream.#answer(open, '</stream:features>')
    await stream.#answer(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>`, '<success')
    await stream.#answer(open, '</stream:features>')
    return stream
  }

  say(xml: string): void {
    this.#socket.write(xml)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  async #answer(xml: string, wanted: string): Promise<void> {
    this.#text = ''
    this.say(xml)
    for (const until = Date.now() + 20_000; !this.#text.includes(wanted); await sleep(10))
      if (Date.now() > until) throw new Error(`not heard: ${wanted}; but ${this.#text}`)
  }
}
