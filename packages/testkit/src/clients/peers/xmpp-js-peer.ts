import type { Element } from '@heliograph/xml'
import { client, type XmlNode, type XmppClient, xml } from '@xmpp/client'
import type { Ports } from '../../processes/roles.ts'
import type { Matcher } from '../raw/inbox.ts'
import {
  type Contact,
  contactsOf,
  NS_ROSTER,
  type PeerClient,
  type PeerOptions,
  PeerState,
  parseStanza,
} from './peer-client.ts'
import { trustInThisProcess } from './trust.ts'

const RECONNECT_MS = 50
/** For each step of connecting, instead of the library's 2 s. */
const STEP_MS = 10_000

/** `@xmpp/client`: STARTTLS, direct TLS or a WebSocket, the first of these that is given; XEP-0388 with what it can do inline. */
export class XmppJsPeer implements PeerClient {
  readonly library = '@xmpp/client'
  readonly #client: XmppClient
  readonly #state: PeerState
  readonly #host: string

  private constructor(options: PeerOptions) {
    this.#host = options.host ?? '127.0.0.1'
    this.#state = new PeerState(options)
    if (options.ca !== undefined) trustInThisProcess(options.ca)
    const { domain, user: username, password, resource } = options
    const service = this.#serviceOf(options.ports)
    const login = { service, domain, username, password, timeout: STEP_MS }
    this.#client = client({ ...login, ...(resource !== undefined && { resource }) })
    this.#client.reconnect.delay = RECONNECT_MS
    this.#client.on('stanza', (stanza) => this.#state.receive(stanza.toString()))
    this.#client.on('online', () => this.#state.cameOnline(false))
    this.#client.streamManagement.on('resumed', () => this.#state.cameOnline(true))
    this.#client.on('disconnect', () => this.#state.wentOffline())
    this.#client.on('error', () => {}) // e.g. refused while the server is away: it tries again by itself
  }

  static async login(options: PeerOptions): Promise<XmppJsPeer> {
    const peer = new XmppJsPeer(options)
    try {
      peer.#client.start().catch((error: Error) => peer.#notStarted(error))
      await peer.#state.online()
      return peer
    } catch (error) {
      await peer.close()
      throw error
    }
  }

  get jid(): string {
    return this.#client.jid?.toString() ?? ''
  }

  get resumptions(): number {
    return this.#state.resumptions
  }

  get online(): boolean {
    return this.#state.isOnline
  }

  message(to: string, body: string): Promise<void> {
    return this.#client.send(xml('message', { to, type: 'chat' }, xml('body', {}, body)))
  }

  presence(attributes: { readonly to?: string; readonly type?: string } = {}): Promise<void> {
    return this.#client.send(xml('presence', { ...attributes }))
  }

  async roster(): Promise<Contact[]> {
    const iq = xml('iq', { type: 'get' }, xml('query', { xmlns: NS_ROSTER }))
    const result = await this.#client.iqCaller.request(iq)
    return contactsOf(parseStanza(result.toString()))
  }

  saveContact(jid: string, name?: string): Promise<void> {
    return this.#setItem(xml('item', { jid, name }))
  }

  removeContact(jid: string): Promise<void> {
    return this.#setItem(xml('item', { jid, subscription: 'remove' }))
  }

  expect(matcher: Matcher, timeoutMs?: number): Promise<Element> {
    return this.#state.expect(matcher, timeoutMs)
  }

  takeAll(matcher: Matcher): Element[] {
    return this.#state.inbox.takeAll(matcher)
  }

  async loseConnection(ports?: Ports): Promise<void> {
    if (ports) this.#client.options.service = this.#serviceOf(ports)
    this.#state.expectOnline()
    const { socket } = this.#client
    const inner = socket?.socket ?? socket
    // A WebSocket can't be cut off by who uses it, but it can end without the stream having been closed.
    if (inner?.destroy) inner.destroy()
    else inner?.close()
    await this.#state.online()
  }

  async close(): Promise<void> {
    this.#client.reconnect.stop()
    await this.#client.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * The library waits for the server's stream header only once its own was written. Where the header is quicker, as it is over TLS now and then,
   * the library takes it for late, while everything goes on.
   */
  #notStarted(error: Error): void {
    if (error.name !== 'TimeoutError') this.#state.fail(error)
  }

  async #setItem(item: XmlNode): Promise<void> {
    await this.#client.iqCaller.request(xml('iq', { type: 'set' }, xml('query', { xmlns: NS_ROSTER }, item)))
  }

  #serviceOf(ports: Ports): string {
    if (ports.c2s !== undefined) return `xmpp://${this.#host}:${ports.c2s}`
    if (ports.c2sTls !== undefined) return `xmpps://${this.#host}:${ports.c2sTls}`
    return `wss://${this.#host}:${ports.https}/xmpp-websocket`
  }
}
