import type { Element } from '@heliograph/xml'
import type { RawClient } from '../clients/raw/raw-client.ts'
import { HandedOver } from './handed-over.ts'
import { Returner, type ReturnerOptions, type Returning } from './returner.ts'

export interface TalkerOptions extends ReturnerOptions {
  /** Bare JID of the other half of the pair. */
  readonly partner: string
}

const isMessage = (element: Element) => element.getName() === 'message' && element.getChild('body') !== undefined

/**
 * A client with stream management that keeps a ledger of what it sent and received. It comes back whenever it loses its connection:
 * resumes at the next edge, or, where that fails, binds anew and sends again what was never acknowledged, under the same origin ids.
 */
export class Talker {
  readonly user: string
  readonly sent: string[] = []
  readonly received: string[] = []
  /** Types of the partner's presence as they came, `available` for none. */
  readonly presence: string[] = []
  readonly #partner: string
  readonly #handedOver: HandedOver
  readonly #returner: Returner

  constructor(options: TalkerOptions) {
    this.user = options.user
    this.#partner = options.partner
    this.#handedOver = new HandedOver(options.user)
    const whose: Returning = {
      wants: (stanza) => isMessage(stanza) || this.#isPartnersPresence(stanza),
      heard: (stanza) => this.#hear(stanza),
      begun: (client, unacked) => this.#begin(client, unacked),
    }
    this.#returner = new Returner(options, whose)
  }

  get online(): boolean {
    return this.client !== undefined
  }

  /** The client, while there is a connection. */
  get client(): RawClient | undefined {
    return this.#returner.client
  }

  get resumed(): number {
    return this.#returner.resumed
  }

  get rebound(): number {
    return this.#returner.rebound
  }

  /** Logs in and stays. */
  start(): Promise<void> {
    return this.#returner.start()
  }

  /** Sends the next message of the ledger, at once or when there is a connection again. */
  say(): void {
    const id = `${this.user}-${this.sent.length + 1}`
    this.sent.push(id)
    this.#returner.post(
      `<message to='${this.#partner}' type='chat' id='${id}'><body>${id}</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`,
    )
  }

  request(iq: string): Promise<Element> {
    if (!this.client) throw new Error(`${this.user} is not connected`)
    return this.client.request(iq, 10_000)
  }

  send(xml: string): void {
    this.client?.send(xml)
  }

  /** Resolves when the server has acknowledged everything. @throws when it doesn't in time */
  acknowledged(timeoutMs: number): Promise<void> {
    return this.#returner.acknowledged(timeoutMs)
  }

  stop(): Promise<void> {
    return this.#returner.stop()
  }

  #begin(client: RawClient, unacked: readonly string[]): void {
    this.#handedOver.sessionBegun()
    client.send('<presence/>')
    for (const xml of unacked) if (xml.startsWith('<message')) client.send(xml)
  }

  #isPartnersPresence(stanza: Element): boolean {
    return stanza.getName() === 'presence' && String(stanza.attrs.from).startsWith(`${this.#partner}/`)
  }

  #hear(stanza: Element): void {
    if (!isMessage(stanza)) this.presence.push(stanza.attrs.type ?? 'available')
    else if (!this.#handedOver.again(stanza)) this.received.push(stanza.getChildText('body') ?? '')
  }
}
