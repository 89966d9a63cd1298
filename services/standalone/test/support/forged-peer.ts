import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'

const LIMIT_MS = 20_000

/** Somebody with the certificate of another server's domain, who says anything on a stream. */
export class ForgedPeer implements Disposable {
  readonly #socket: TLSSocket
  #text = ''

  private constructor(socket: TLSSocket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#text += String(chunk)
    })
    socket.on('error', () => {})
  }

  /** With direct TLS; no stream is open yet. */
  static async connect(port: number, servername: string, certificate?: string): Promise<ForgedPeer> {
    const pem = certificate === undefined ? undefined : await readFile(certificate)
    const socket = connect({
      ...{ host: '127.0.0.1', port, servername, rejectUnauthorized: false, ALPNProtocols: ['xmpp-server'] },
      ...(pem && { cert: pem, key: pem }),
    })
    const peer = new ForgedPeer(socket)
    await once(socket, 'secureConnect')
    return peer
  }

  /** The other side's certificate, as PEM has it. */
  get shown(): string {
    return this.#socket.getPeerX509Certificate()?.toString().trim() ?? ''
  }

  say(text: string): void {
    this.#socket.write(text)
  }

  /** Opens a stream and waits for its features. */
  async open(from: string, to: string): Promise<string> {
    this.say(
      `<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' from='${from}' to='${to}' version='1.0'>`,
    )
    return this.hears(/<\/stream:features>|<stream:error>/)
  }

  /** Opens a stream and shows whose it is by its certificate. */
  async prove(from: string, to: string): Promise<void> {
    await this.open(from, to)
    this.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>`)
    await this.hears(/<success [^>]+>/)
    await this.open(from, to)
  }

  /** Waits for something; what has come up to it is forgotten and returned. */
  async hears(what: RegExp): Promise<string> {
    for (const until = Date.now() + LIMIT_MS; Date.now() < until; await sleep(10)) {
      const match = what.exec(this.#text)
      if (match === null) continue
      const end = match.index + match[0].length
      const heard = this.#text.slice(0, end)
      this.#text = this.#text.slice(end)
      return heard
    }
    throw new Error(`not heard: ${what}; but ${this.#text}`)
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}
