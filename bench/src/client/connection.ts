import { connect, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import type { Endpoint } from './endpoint.ts'
import { StanzaSplitter } from './stanza-splitter.ts'

const CONNECT_TIMEOUT_MS = 20_000

/**
 * One context for all clients: building one costs milliseconds and memory. The group is fixed so that every server is
 * asked for the same key exchange, and certificates are self-signed by the rig.
 */
const secureContext: SecureContext = createSecureContext({ ecdhCurve: 'X25519', minVersion: 'TLSv1.2' })

function connected(socket: Socket | TLSSocket, event: 'connect' | 'secureConnect'): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => socket.destroy(new Error('connecting took too long')), CONNECT_TIMEOUT_MS)
  const failed = (error?: Error): void => reject(error ?? new Error('connection closed'))
  socket.once('error', failed)
  socket.once('close', failed)
  socket.once(event, () => {
    socket.off('error', failed)
    socket.off('close', failed)
    resolve()
  })
  return promise.finally(() => clearTimeout(timer))
}

/**
 * A stream to a server: bytes in, elements out, and what is written while elements are handled leaves in one write.
 * Nothing here knows stanzas.
 */
export class Connection {
  readonly #endpoint: Endpoint
  readonly #splitter: StanzaSplitter
  readonly #waiting: string[] = []
  #socket: Socket | TLSSocket
  #waiter: PromiseWithResolvers<string> | undefined
  #handler: ((xml: string) => void) | undefined
  #closedBecause: Error | undefined
  #onClose: ((reason: Error) => void) | undefined
  #reading = false
  #pending = ''

  private constructor(endpoint: Endpoint, socket: Socket | TLSSocket) {
    this.#endpoint = endpoint
    this.#socket = socket
    this.#splitter = new StanzaSplitter(
      (xml) => this.#take(xml),
      () => this.#fail(new Error('the server closed the stream')),
    )
    this.#listen()
  }

  /** Connects, with TLS when the endpoint says direct TLS; rejects on a network or TLS error. */
  static async open(endpoint: Endpoint): Promise<Connection> {
    const { host, port, security, domain } = endpoint
    if (security === 'direct-tls') {
      const alpn = { ALPNProtocols: ['xmpp-client'] } // XEP-0368 §3
      const tls = connectTls({ host, port, servername: domain, secureContext, rejectUnauthorized: false, ...alpn })
      await connected(tls, 'secureConnect')
      tls.setNoDelay(true)
      return new Connection(endpoint, tls)
    }
    const socket = connect({ host, port, noDelay: true })
    await connected(socket, 'connect')
    return new Connection(endpoint, socket)
  }

  /** Starts TLS on the open socket (after the server's `<proceed/>`). */
  async secure(): Promise<void> {
    this.#socket.removeAllListeners('data')
    this.#socket.removeAllListeners('close')
    this.#splitter.reset()
    const servername = this.#endpoint.domain
    const tls = connectTls({ socket: this.#socket, servername, secureContext, rejectUnauthorized: false })
    await connected(tls, 'secureConnect')
    this.#socket = tls
    this.#listen()
  }

  /** Opens a stream, the first or the next one. */
  openStream(): void {
    this.#splitter.reset()
    this.write(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ` +
        `version='1.0' to='${this.#endpoint.domain}'>`,
    )
  }

  /** Sends text; while an element is being handled it is gathered and sent once the read is done. */
  write(xml: string): void {
    if (this.#reading) this.#pending += xml
    else this.#socket.write(xml, 'latin1')
  }

  /** The next element, in order. Not to be used once {@link handle} was called. */
  next(): Promise<string> {
    const xml = this.#waiting.shift()
    if (xml !== undefined) return Promise.resolve(xml)
    if (this.#closedBecause !== undefined) return Promise.reject(this.#closedBecause)
    this.#waiter = Promise.withResolvers<string>()
    return this.#waiter.promise
  }

  /** From now on every element goes to `handler`, and the end of the connection to `onClose`, once. */
  handle(handler: (xml: string) => void, onClose: (reason: Error) => void): void {
    this.#handler = handler
    this.#onClose = onClose
    for (const xml of this.#waiting.splice(0)) handler(xml)
    if (this.#closedBecause !== undefined) onClose(this.#closedBecause)
  }

  /** Ends the stream in order and waits until the socket is closed, 2 s at most. */
  async close(): Promise<void> {
    this.#onClose = undefined
    if (this.#socket.destroyed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => this.#socket.destroy(), 2_000)
    this.#socket.once('close', resolve)
    this.#socket.end('</stream:stream>')
    await promise
    clearTimeout(timer)
  }

  #listen(): void {
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('connection closed')))
  }

  #read(bytes: Buffer): void {
    this.#reading = true
    try {
      this.#splitter.push(bytes.toString('latin1'))
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : new Error(String(error)))
    }
    this.#reading = false
    if (this.#pending === '') return
    const pending = this.#pending
    this.#pending = ''
    if (this.#socket.writable) this.#socket.write(pending, 'latin1')
  }

  #take(xml: string): void {
    if (this.#handler !== undefined) this.#handler(xml)
    else if (this.#waiter !== undefined) {
      const waiter = this.#waiter
      this.#waiter = undefined
      waiter.resolve(xml)
    } else this.#waiting.push(xml)
  }

  #fail(reason: Error): void {
    if (this.#closedBecause !== undefined) return
    this.#closedBecause = reason
    this.#waiter?.reject(reason)
    this.#onClose?.(reason)
  }
}
