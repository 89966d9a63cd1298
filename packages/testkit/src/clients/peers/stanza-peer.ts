import { EventEmitter } from 'node:events'
import type { Element } from '@heliograph/xml'
import { type Agent, createClient } from 'stanza'
import type { Ports } from '../../processes/roles.ts'
import type { Matcher } from '../raw/inbox.ts'
import { type Contact, type PeerClient, type PeerOptions, PeerState, parseStanzas } from './peer-client.ts'
import { trustInThisProcess } from './trust.ts'

/** `stanza` over a WebSocket, or BOSH where that is asked for, with stream management. */
export class StanzaPeer implements PeerClient {
  readonly library = 'stanza'
  readonly #client: Agent
  readonly #bosh: boolean
  readonly #state: PeerState
  readonly #host: string

  private constructor(options: PeerOptions) {
    const { host = '127.0.0.1', domain, user, password, resource, ca, ports, bosh = false } = options
    this.#host = host
    this.#bosh = bosh
    this.#state = new PeerState(options)
    if (ca !== undefined) trustInThisProcess(ca)
    this.#client = createClient({
      jid: `${user}@${domain}`,
      password,
      ...(resource !== undefined && { resource }),
      transports: this.#transportsTo(ports),
      autoReconnect: true,
    })
    // It takes what is bound to TLS where that is offered, and doesn't bind; a browser would have told that it is a page.
    for (const name of ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS']) this.#client.sasl.disable(name)
    this.#client.on('raw:incoming', (xml) => this.#receive(xml))
    this.#client.on('session:started', () => this.#state.cameOnline(false))
    this.#client.on('stream:management:resumed', () => this.#state.cameOnline(true))
    this.#client.on('disconnected', () => this.#state.wentOffline())
    this.#client.on('auth:failed', () => this.#state.fail(new Error('authentication failed')))
  }

  static async login(options: PeerOptions): Promise<StanzaPeer> {
    const peer = new StanzaPeer(options)
    peer.#client.connect()
    try {
      await peer.#state.online()
      return peer
    } catch (error) {
      await peer.close()
      throw error
    }
  }

  get jid(): string {
    return this.#client.jid
  }

  /** The library itself, for what its plug-ins can do. */
  get agent(): Agent {
    return this.#client
  }

  get resumptions(): number {
    return this.#state.resumptions
  }

  get online(): boolean {
    return this.#state.isOnline
  }

  async message(to: string, body: string): Promise<void> {
    this.#client.sendMessage({ to, body, type: 'chat' })
  }

  async presence(attributes: { readonly to?: string; readonly type?: string } = {}): Promise<void> {
    const { to } = attributes
    this.#client.sendPresence(to === undefined ? {} : { to })
  }

  async roster(): Promise<Contact[]> {
    const { items } = await this.#client.getRoster()
    return items.map(({ jid, subscription = 'none', name }) => ({ jid, subscription, name }))
  }

  async saveContact(jid: string, name?: string): Promise<void> {
    await this.#client.updateRosterItem({ jid, subscription: 'none', ...(name !== undefined && { name }) })
  }

  async removeContact(jid: string): Promise<void> {
    await this.#client.removeRosterItem(jid)
  }

  expect(matcher: Matcher, timeoutMs?: number): Promise<Element> {
    return this.#state.expect(matcher, timeoutMs)
  }

  takeAll(matcher: Matcher): Element[] {
    return this.#state.inbox.takeAll(matcher)
  }

  async loseConnection(ports?: Ports): Promise<void> {
    if (ports !== undefined) this.#client.updateConfig({ transports: this.#transportsTo(ports) })
    this.#state.expectOnline()
    this.#tolerate()
    this.#client.transport?.disconnect(false)
    await this.#state.online()
  }

  async close(): Promise<void> {
    this.#client.updateConfig({ autoReconnect: false })
    this.#tolerate()
    this.#client.disconnect()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** A stanza in a session's last response (a stream error, XEP-0206 §2) is an error of its own to the library, which nobody takes. */
  #tolerate(): void {
    const { transport } = this.#client
    if (transport instanceof EventEmitter) transport.on('error', () => {})
  }

  /** Over BOSH a body: each stanza in it. */
  #receive(xml: string): void {
    const content = this.#bosh ? (/^<body[^>]*>(.*)<\/body>$/s.exec(xml)?.[1] ?? '') : xml
    for (const stanza of parseStanzas(content)) this.#state.inbox.put(stanza)
  }

  #transportsTo({ http, https }: Ports) {
    const place = `${this.#host}:${https ?? http}`
    const secure = https === undefined ? '' : 's'
    return this.#bosh
      ? { websocket: false, bosh: `http${secure}://${place}/http-bind` }
      : { websocket: `ws${secure}://${place}/xmpp-websocket`, bosh: false }
  }
}
