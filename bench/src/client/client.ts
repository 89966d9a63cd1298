import type { Connection } from './connection.ts'
import type { Account, Endpoint } from './endpoint.ts'
import { type LoginOptions, logIn } from './login.ts'
import { StreamManagement } from './stream-management.ts'
import { attribute } from './xml-text.ts'

const IQ_TIMEOUT_MS = 20_000

/** What a client is told to do besides logging in. */
export interface ClientOptions extends LoginOptions {
  /** Stanzas sent between two `<r/>` of ours, when XEP-0198 is on. */
  readonly askEvery: number
  /** Called once when the connection ends without {@link Client.close}. */
  readonly onLost: (jid: string, reason: Error) => void
}

/** A logged-in client: stanzas out, stanzas in, IQs matched by id, XEP-0198 kept in the background. */
export class Client {
  readonly jid: string
  readonly management: StreamManagement | undefined
  /** Receives every message and presence, and IQ requests' answers nobody waits for. */
  onStanza: (xml: string) => void = () => {}
  readonly #connection: Connection
  readonly #queries = new Map<string, PromiseWithResolvers<string>>()
  #nextId = 0
  #failure: Error | undefined

  private constructor(connection: Connection, jid: string, options: ClientOptions) {
    this.jid = jid
    this.#connection = connection
    if (options.streamManagement) {
      this.management = new StreamManagement((xml) => connection.write(xml), options.askEvery)
    }
    connection.handle(
      (xml) => this.#take(xml),
      (reason) => this.#lost(reason, options),
    )
  }

  /** Logs in: TCP, TLS, SASL, bind, roster, initial presence. */
  static async logIn(endpoint: Endpoint, account: Account, options: ClientOptions): Promise<Client> {
    const { connection, jid } = await logIn(endpoint, account, options)
    const client = new Client(connection, jid, options)
    await client.query(`<query xmlns='jabber:iq:roster'/>`)
    client.send('<presence/>')
    return client
  }

  /** Sends one stanza. */
  send(xml: string): void {
    this.#connection.write(xml)
    this.management?.sent()
  }

  /** Sends an IQ, to the own account or to `to`, and resolves with the whole answer; rejects on an error answer or after 20 s. */
  async query(payload: string, { type = 'get', to }: { type?: 'get' | 'set'; to?: string } = {}): Promise<string> {
    if (this.#failure !== undefined) throw this.#failure
    this.#nextId += 1
    const id = `q${this.#nextId}`
    const waiting = Promise.withResolvers<string>()
    this.#queries.set(id, waiting)
    const timer = setTimeout(() => waiting.reject(new Error(`no answer to ${payload}`)), IQ_TIMEOUT_MS)
    this.send(`<iq type='${type}' id='${id}'${to === undefined ? '' : ` to='${to}'`}>${payload}</iq>`)
    try {
      return await waiting.promise
    } finally {
      clearTimeout(timer)
      this.#queries.delete(id)
    }
  }

  /** Ends the stream in order. */
  async close(): Promise<void> {
    this.management?.tell() // XEP-0198 §4: right before it closes, so that nothing it has comes again
    await this.#connection.close()
  }

  #take(xml: string): void {
    if (this.management?.take(xml)) return
    if (xml.startsWith('<iq')) this.#takeIq(xml)
    else if (xml.startsWith('<stream:error')) this.#fail(new Error(xml))
    else this.onStanza(xml)
  }

  #takeIq(xml: string): void {
    const type = attribute(xml, 'type')
    const id = attribute(xml, 'id') ?? ''
    if (type === 'get' || type === 'set') {
      const from = attribute(xml, 'from')
      this.send(`<iq type='result' id='${id}'${from === undefined ? '' : ` to='${from}'`}/>`)
      return
    }
    const waiting = this.#queries.get(id)
    if (waiting === undefined) this.onStanza(xml)
    else if (type === 'result') waiting.resolve(xml)
    else waiting.reject(new Error(xml))
  }

  #lost(reason: Error, options: ClientOptions): void {
    this.#fail(reason)
    options.onLost(this.jid, reason)
  }

  #fail(reason: Error): void {
    this.#failure ??= reason
    for (const waiting of this.#queries.values()) waiting.reject(reason)
  }
}
