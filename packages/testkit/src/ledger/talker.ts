import { setTimeout as sleep } from 'node:timers/promises'
import type { Element } from '@heliograph/xml'
import { RawClient } from '../clients/raw/raw-client.ts'
import type { RawStreamOptions } from '../clients/raw/raw-stream.ts'

export interface TalkerOptions {
  readonly user: string
  readonly password: string
  /** Bare JID of the other half of the pair. */
  readonly partner: string
  /** Where to connect; asked anew for each attempt. */
  readonly edges: () => readonly RawStreamOptions[]
  /** Which of the edges to try first. */
  readonly first: number
}

const RETRY_MS = 100
const CONNECT_MS = 10_000
const SID = 'urn:xmpp:sid:0'
const isMessage = (element: Element) => element.getName() === 'message' && element.getChild('body') !== undefined
const isPartnersPresence = (partner: string) => (element: Element) =>
  element.getName() === 'presence' && String(element.attrs.from).startsWith(`${partner}/`)

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
  resumed = 0
  rebound = 0
  /** Longest time without a connection. */
  longestGapMs = 0
  readonly #options: TalkerOptions
  #client: RawClient | undefined
  #turn: number
  #stopped = false
  #waiting: string[] = []
  /** Ids in the own archive of what came in this session, and in those that died with the server. */
  #ids = new Set<string>()
  readonly #formerIds = new Set<string>()
  #life: Promise<void> | undefined

  constructor(options: TalkerOptions) {
    this.#options = options
    this.user = options.user
    this.#turn = options.first
  }

  get online(): boolean {
    return this.#client !== undefined
  }

  /** Logs in and stays. */
  async start(): Promise<void> {
    const client = await this.#connect()
    await this.#begin(client)
    this.#life = this.#live(client)
  }

  /** Sends the next message of the ledger, at once or when there is a connection again. */
  say(): void {
    const id = `${this.user}-${this.sent.length + 1}`
    this.sent.push(id)
    const xml = `<message to='${this.#options.partner}' type='chat' id='${id}'><body>${id}</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`
    if (this.#client) this.#client.send(xml)
    else this.#waiting.push(xml)
  }

  request(iq: string): Promise<Element> {
    if (!this.#client) throw new Error(`${this.user} is not connected`)
    return this.#client.request(iq, 10_000)
  }

  send(xml: string): void {
    this.#client?.send(xml)
  }

  /** The client, while there is a connection. */
  get client(): RawClient | undefined {
    return this.#client
  }

  /** Resolves when the server has acknowledged everything. @throws when it doesn't in time */
  async acknowledged(timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs
    for (;;) {
      const client = this.#client
      if (client?.sm && this.#waiting.length === 0) {
        await client.requestAck(2_000).catch(() => {})
        if (client === this.#client && client.sm.unacked.length === 0) return
      }
      if (Date.now() > until) {
        throw new Error(
          `${this.user}: ${this.#client?.sm?.unacked.length ?? 'all'} unacknowledged after ${timeoutMs} ms`,
        )
      }
      await sleep(RETRY_MS)
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#client?.close().catch(() => {})
    await this.#life
  }

  async #live(first: RawClient): Promise<void> {
    let client = first
    for (;;) {
      this.#client = client
      this.#flush(client)
      const pumps = [this.#pumpMessages(client), this.#pumpPresence(client)]
      await client.ended
      this.#client = undefined
      await Promise.all(pumps)
      if (this.#stopped) return
      const since = Date.now()
      const next = await this.#comeBack(client)
      if (!next) return
      this.longestGapMs = Math.max(this.longestGapMs, Date.now() - since)
      client = next
    }
  }

  #flush(client: RawClient): void {
    for (const xml of this.#waiting.splice(0)) client.send(xml)
  }

  async #comeBack(lost: RawClient): Promise<RawClient | undefined> {
    while (!this.#stopped) {
      this.#turn++
      let client: RawClient | undefined
      try {
        client = await this.#connect()
        const answer = await client.resume(lost)
        if (answer.getName() === 'resumed') this.resumed++
        else await this.#rebind(client, lost)
        return client
      } catch {
        client?.cut()
        await sleep(RETRY_MS)
      }
    }
    return undefined
  }

  async #rebind(client: RawClient, lost: RawClient): Promise<void> {
    this.rebound++
    for (const id of this.#ids) this.#formerIds.add(id)
    this.#ids = new Set()
    await this.#begin(client)
    for (const xml of lost.sm?.unacked ?? []) if (xml.startsWith('<message')) client.send(xml)
  }

  async #begin(client: RawClient): Promise<void> {
    await client.bind('desk')
    await client.enableSm()
    client.send('<presence/>')
  }

  async #connect(): Promise<RawClient> {
    const edges = this.#options.edges()
    const edge = edges[this.#turn % edges.length]!
    const client = await RawClient.connect({ ...edge, timeoutMs: CONNECT_MS })
    try {
      await client.open()
      await client.authenticate({ user: this.#options.user, password: this.#options.password, mechanism: 'PLAIN' })
      return client
    } catch (error) {
      client.cut()
      throw error
    }
  }

  async #pumpMessages(client: RawClient): Promise<void> {
    for (;;) {
      const message = await client.expect(isMessage, 3_600_000).catch(() => undefined)
      if (!message) return
      if (!this.#isHandedOverAgain(message)) this.received.push(message.getChildText('body') ?? '')
    }
  }

  /**
   * What waited, and was not acknowledged before its session died, comes again in the next one, late and with the id that it had:
   * clients know it by that (XEP-0359). The same in one session is a repetition.
   */
  #isHandedOverAgain(message: Element): boolean {
    const mine = message.getChildren('stanza-id', SID).find(({ attrs }) => String(attrs.by).startsWith(`${this.user}@`))
    const id = mine?.attrs.id
    if (id === undefined) return false
    this.#ids.add(id)
    return this.#formerIds.has(id) && message.getChild('delay', 'urn:xmpp:delay') !== undefined
  }

  async #pumpPresence(client: RawClient): Promise<void> {
    for (;;) {
      const presence = await client.expect(isPartnersPresence(this.#options.partner), 3_600_000).catch(() => undefined)
      if (!presence) return
      this.presence.push(presence.attrs.type ?? 'available')
    }
  }
}
