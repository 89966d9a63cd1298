import { type Element, escapeAttribute, escapeText } from '@heliograph/xml'
import { RawStream, type RawStreamOptions } from './raw-stream.ts'
import { type ChannelBinding, ScramClient } from './scram-client.ts'
import { NS_SM, StreamManagement } from './stream-management.ts'

export interface LoginOptions {
  readonly user: string
  readonly password: string
  readonly resource?: string
  /** Default: the strongest SCRAM mechanism offered. */
  readonly mechanism?: string
  readonly binding?: ChannelBinding
  /** Whether to enable stream management; default false. */
  readonly sm?: boolean
}

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const NS_REGISTER = 'jabber:iq:register'
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind'

/**
 * An XMPP client under full control of the test: besides sending any bytes it answers acknowledgement requests only when
 * told to, stops reading, cuts its connection, and resumes at another server.
 */
export class RawClient extends RawStream {
  /** Full JID, after binding. */
  jid = ''
  /** Present once enabled. */
  sm: StreamManagement | undefined
  /** How much of {@link RawStream.received} had come when another connection asked for the session: what came later isn't handled here. */
  superseded: number | undefined

  /** Connects; no stream is open yet. */
  static async connect(options: RawStreamOptions): Promise<RawClient> {
    const client = new RawClient(options)
    await client.connectTransport()
    return client
  }

  /** Connects, secures the stream and authenticates, then binds and, where asked for, enables stream management. */
  static async login(options: RawStreamOptions, login: LoginOptions): Promise<RawClient> {
    const client = await RawClient.connect(options)
    await client.open()
    await client.authenticate(login)
    await client.bind(login.resource)
    if (login.sm) await client.enableSm()
    return client
  }

  /** Connects and authenticates, and resumes the session of a client that lost its connection. */
  static async resumed(options: RawStreamOptions, login: LoginOptions, previous: RawClient): Promise<RawClient> {
    const client = await RawClient.connect(options)
    await client.open()
    await client.authenticate(login)
    const answer = await client.resume(previous)
    if (!answer.is('resumed', NS_SM)) throw new Error(`not resumed: ${answer}`)
    return client
  }

  /** XEP-0077: makes an account over a connection of its own. @throws with the error's XML when it is refused */
  static async register(options: RawStreamOptions, user: string, password: string): Promise<void> {
    await using client = await RawClient.connect(options)
    await client.open()
    const fields = `<username>${escapeText(user)}</username><password>${escapeText(password)}</password>`
    const answer = await client.request(
      `<iq type='set' id='register'><query xmlns='${NS_REGISTER}'>${fields}</query></iq>`,
    )
    if (answer.attrs.type !== 'result') throw new Error(`registration failed: ${answer}`)
    await client.close()
  }

  /** SASL, then the new stream. @throws with the failure's XML when it is refused */
  async authenticate({ user, password, mechanism, binding = 'none' }: LoginOptions): Promise<void> {
    const chosen = mechanism ?? this.#strongest()
    if (chosen === 'PLAIN') {
      const text = Buffer.from(`\0${user}\0${password}`).toString('base64')
      this.send(`<auth xmlns='${NS_SASL}' mechanism='PLAIN'>${text}</auth>`)
      await this.#saslStep('success')
    } else {
      const scram = new ScramClient(chosen, { user, password, binding, tls: this.transport.tls })
      const encode = (text: string) => Buffer.from(text).toString('base64')
      this.send(`<auth xmlns='${NS_SASL}' mechanism='${chosen}'>${encode(scram.first)}</auth>`)
      const answer = scram.final(await this.#saslStep('challenge'))
      this.send(`<response xmlns='${NS_SASL}'>${encode(answer)}</response>`)
      scram.verify(await this.#saslStep('success'))
    }
    await this.openStream()
  }

  /** Binds a resource; the server's choice when none is given. */
  async bind(resource?: string): Promise<string> {
    const wish = resource === undefined ? '' : `<resource>${escapeText(resource)}</resource>`
    const result = await this.request(`<iq type='set' id='bind'><bind xmlns='${NS_BIND}'>${wish}</bind></iq>`)
    if (result.attrs.type !== 'result') throw new Error(`binding failed: ${result}`)
    this.jid = result.getChild('bind', NS_BIND)?.getChildText('jid') ?? ''
    return this.jid
  }

  /** XEP-0198: enables stream management, with resumption unless told otherwise. */
  async enableSm(resume = true): Promise<StreamManagement> {
    this.send(`<enable xmlns='${NS_SM}'${resume ? ` resume='true'` : ''}/>`)
    // XEP-0198 §4: the client counts what it sends from here on.
    const sm = new StreamManagement()
    this.sm = sm
    const enabled = await this.expect((element) => element.is('enabled', NS_SM) || element.is('failed', NS_SM))
    if (enabled.is('failed', NS_SM)) throw new Error(`stream management refused: ${enabled}`)
    sm.id = enabled.attrs.id
    sm.location = enabled.attrs.location
    return sm
  }

  /**
   * Resumes the session of a client that lost its connection, after {@link authenticate}; sends again what the server
   * doesn't have. Returns `<resumed/>`, or `<failed/>` after which {@link bind} may follow.
   */
  async resume(previous: RawClient): Promise<Element> {
    const { sm } = previous
    if (sm?.id === undefined) throw new Error('there is nothing to resume')
    this.sm = sm // stanzas that come in the same packet as <resumed/> count
    previous.superseded = previous.received.length
    this.send(`<resume xmlns='${NS_SM}' h='${sm.handled}' previd='${escapeAttribute(sm.id)}'/>`)
    const answer = await this.expect((element) => element.is('resumed', NS_SM) || element.is('failed', NS_SM))
    if (answer.is('failed', NS_SM)) {
      this.sm = undefined
      if (answer.attrs.h !== undefined) sm.acknowledge(Number(answer.attrs.h))
      previous.superseded = undefined
      return answer
    }
    this.jid = previous.jid
    sm.acknowledge(Number(answer.attrs.h))
    for (const xml of sm.unacked) this.write(xml)
    return answer
  }

  /** As {@link RawStream.send}; text that is a stanza counts for stream management. */
  override send(data: string | Uint8Array): void {
    if (typeof data === 'string') this.sm?.sent(data)
    super.send(data)
  }

  /** Sends `<a/>` with what was handled. */
  ack(): void {
    this.write(`<a xmlns='${NS_SM}' h='${this.#needSm().handled}'/>`)
  }

  /** Asks the server for its `h` and waits for it. */
  async requestAck(timeoutMs?: number): Promise<number> {
    const isAck = (element: Element) => element.is('a', NS_SM)
    this.#needSm()
    this.takeAll(isAck)
    this.write(`<r xmlns='${NS_SM}'/>`)
    return Number((await this.expect(isAck, timeoutMs)).attrs.h)
  }

  /** Asks until all that was sent is acknowledged: one answer waits for custody only for a moment. Returns its `h`. */
  async acknowledged(timeoutMs = 20_000): Promise<number> {
    for (const end = Date.now() + timeoutMs; ; ) {
      const h = await this.requestAck()
      if (this.#needSm().unacked.length === 0) return h
      if (Date.now() > end) throw new Error(`not acknowledged in ${timeoutMs} ms: ${this.sm?.unacked.join('')}`)
    }
  }

  protected override handles(element: Element): boolean {
    const { sm } = this
    if (sm === undefined || this.superseded !== undefined) return false
    if (element.is('enabled', NS_SM)) sm.handled = 0 // XEP-0198 §4: the server's count starts with it
    sm.received(element)
    if (element.is('a', NS_SM)) sm.acknowledge(Number(element.attrs.h))
    if (!element.is('r', NS_SM) || !sm.answers) return false
    this.ack()
    return true
  }

  /** The content of the next SASL element, which must be of this name. */
  async #saslStep(name: 'challenge' | 'success'): Promise<string> {
    const step = await this.expect((element) => element.getNS() === NS_SASL)
    if (step.getName() !== name) throw new Error(`authentication failed: ${step}`)
    return Buffer.from(step.getText(), 'base64').toString('utf8')
  }

  #strongest(): string {
    const offered = this.features?.getChild('mechanisms', NS_SASL)?.getChildren('mechanism') ?? []
    const names = offered.map((mechanism) => mechanism.getText())
    const found = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'].find((name) => names.includes(name))
    if (found === undefined) throw new Error(`no mechanism in common: ${names.join(', ')}`)
    return found
  }

  #needSm(): StreamManagement {
    if (this.sm === undefined) throw new Error('stream management is not enabled')
    return this.sm
  }
}
