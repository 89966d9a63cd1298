import type { Element } from '@heliograph/xml'
import { $iq, $msg, $pres, Strophe } from 'strophe.js'
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
import { XmlHttpRequest } from './xml-http-request.ts'

const RECONNECT_MS = 50

/** `strophe.js` over a WebSocket or BOSH, as in a browser; with resumption over the former. */
export class StrophePeer implements PeerClient {
  readonly library = 'strophe.js'
  readonly #options: PeerOptions
  readonly #connection: InstanceType<typeof Strophe.Connection>
  readonly #state: PeerState
  #closing = false
  #bound = ''

  private constructor(options: PeerOptions) {
    this.#options = options
    this.#state = new PeerState(options)
    Strophe.setLogLevel(Strophe.LogLevel.FATAL) // it writes to the console otherwise
    if (options.ca !== undefined) trustInThisProcess(options.ca)
    if (options.bosh) Object.assign(globalThis, { XMLHttpRequest: XmlHttpRequest })
    this.#connection = new Strophe.Connection(this.#serviceOf(options.ports), {
      enableStreamManagement: !options.bosh,
      ...(options.bearer && { mechanisms: [Strophe.SASLOAuthBearer] }),
    })
  }

  static async login(options: PeerOptions): Promise<StrophePeer> {
    const peer = new StrophePeer(options)
    peer.#connect()
    try {
      await peer.#state.online()
      return peer
    } catch (error) {
      await peer.close()
      throw error
    }
  }

  /** As bound: while it connects again the library's own says only what it logs in with, and who wrote there would write to an absent account. */
  get jid(): string {
    return this.#bound
  }

  get resumptions(): number {
    return this.#state.resumptions
  }

  get online(): boolean {
    return this.#state.isOnline
  }

  async message(to: string, body: string): Promise<void> {
    this.#connection.send($msg({ to, type: 'chat' }).c('body').t(body))
  }

  async presence(attributes: { readonly to?: string; readonly type?: string } = {}): Promise<void> {
    this.#connection.send($pres({ ...attributes }))
  }

  async roster(): Promise<Contact[]> {
    return contactsOf(await this.#request($iq({ type: 'get' }).c('query', { xmlns: NS_ROSTER })))
  }

  async saveContact(jid: string, name?: string): Promise<void> {
    const attributes = name === undefined ? { jid } : { jid, name }
    await this.#request($iq({ type: 'set' }).c('query', { xmlns: NS_ROSTER }).c('item', attributes))
  }

  async removeContact(jid: string): Promise<void> {
    const item = { jid, subscription: 'remove' }
    await this.#request($iq({ type: 'set' }).c('query', { xmlns: NS_ROSTER }).c('item', item))
  }

  expect(matcher: Matcher, timeoutMs?: number): Promise<Element> {
    return this.#state.expect(matcher, timeoutMs)
  }

  takeAll(matcher: Matcher): Element[] {
    return this.#state.inbox.takeAll(matcher)
  }

  async loseConnection(ports?: Ports): Promise<void> {
    if (this.#options.bosh) throw new Error('over BOSH there is no connection to lose')
    if (ports) this.#connection.service = this.#serviceOf(ports)
    this.#state.expectOnline()
    this.#socket()?.terminate()
    await this.#state.online()
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#connection.disconnect('closed by the test')
    // It waits for the server's own <close/>, which may never come.
    await new Promise((resolve) => setTimeout(resolve, 100))
    this.#socket()?.terminate()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #connect(): void {
    const { user, domain, password, resource } = this.#options
    const jid = `${user}@${domain}${resource === undefined ? '' : `/${resource}`}`
    this.#connection.connect(jid, password, (status: number, reason?: string | null) => this.#onStatus(status, reason))
    // All stanzas; a handler that returns true stays.
    this.#connection.addHandler((stanza: unknown) => this.#onStanza(stanza), '', '', '', '', '')
  }

  #onStanza(stanza: unknown): boolean {
    this.#state.receive(textOf(stanza))
    return true
  }

  #onStatus(status: number, reason: string | null | undefined): void {
    const { CONNECTED, DISCONNECTED, AUTHFAIL } = Strophe.Status
    if (status === CONNECTED) {
      this.#bound = this.#connection.jid
      this.#state.cameOnline(this.#connection.hasResumed())
    }
    if (status === AUTHFAIL) this.#state.fail(new Error(`authentication failed: ${reason}`))
    if (status === DISCONNECTED) this.#state.wentOffline()
    if (status !== DISCONNECTED || this.#closing) return
    setTimeout(() => {
      if (this.#closing) return
      this.#connection.reset()
      this.#connect()
    }, RECONNECT_MS)
  }

  #request(iq: ReturnType<typeof $iq>): Promise<Element> {
    return new Promise((resolve, reject) => {
      const refused = (stanza: unknown) =>
        reject(new Error(stanza === null ? 'no answer' : `refused: ${textOf(stanza)}`))
      this.#connection.sendIQ(iq, (result: unknown) => resolve(parseStanza(textOf(result))), refused, 10_000)
    })
  }

  /** The `ws` socket inside; the library offers no way to lose a connection. */
  #socket(): { terminate(): void } | undefined {
    return (this.#connection._proto as unknown as { socket?: { terminate(): void } }).socket
  }

  #serviceOf(ports: Ports): string {
    const host = this.#options.host ?? '127.0.0.1'
    const [secure, port] = ports.https === undefined ? ['', ports.http] : ['s', ports.https]
    return this.#options.bosh
      ? `http${secure}://${host}:${port}/http-bind`
      : `ws${secure}://${host}:${port}/xmpp-websocket`
  }
}

function textOf(stanza: unknown): string {
  return Strophe.serialize(stanza as Parameters<typeof Strophe.serialize>[0]) ?? ''
}
