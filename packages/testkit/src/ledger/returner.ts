import { setTimeout as sleep } from 'node:timers/promises'
import type { Element } from '@heliograph/xml'
import { RawClient } from '../clients/raw/raw-client.ts'
import type { RawStreamOptions } from '../clients/raw/raw-stream.ts'
import { NS_SM } from '../clients/raw/stream-management.ts'

export interface ReturnerOptions {
  readonly user: string
  readonly password: string
  /** Where to connect; asked anew for each attempt. */
  readonly edges: () => readonly RawStreamOptions[]
  /** Which of the edges to try first. */
  readonly first: number
  /** Asks for an acknowledgement after so many stanzas, as clients do; default: only when a test wants to know. */
  readonly asksEvery?: number
}

/** Whose client it is. */
export interface Returning {
  /** What it is told of; the rest stays with the client. */
  wants(element: Element): boolean
  heard(element: Element): void
  /**
   * A session begins, the first one or one in place of one that could not be resumed: stream management is enabled, and nothing sent.
   * `unacked` is what the former one never had acknowledged.
   */
  begun(client: RawClient, unacked: readonly string[]): void
}

const ASK = `<r xmlns='${NS_SM}'/>`
const RETRY_MS = 100
const CONNECT_MS = 10_000
const FOREVER_MS = 86_400_000

/** A client with stream management that comes back whenever it loses its connection: resumes at the next edge, or binds anew where that fails. */
export class Returner {
  readonly user: string
  resumed = 0
  rebound = 0
  /** Times without a connection, ms. */
  readonly gaps: number[] = []
  readonly #options: ReturnerOptions
  readonly #whose: Returning
  #client: RawClient | undefined
  #turn: number
  #posted = 0
  #stopped = false
  #waiting: string[] = []
  #life: Promise<void> | undefined

  constructor(options: ReturnerOptions, whose: Returning) {
    this.#options = options
    this.#whose = whose
    this.user = options.user
    this.#turn = options.first
  }

  /** The client, while there is a connection. */
  get client(): RawClient | undefined {
    return this.#client
  }

  /** Logs in and stays. */
  async start(): Promise<void> {
    const client = await this.#connect()
    await this.#begin(client, [])
    this.#life = this.#live(client)
  }

  /** Sends at once, or when there is a connection again. */
  post(xml: string): void {
    if (!this.#client) this.#waiting.push(xml)
    else {
      this.#client.send(xml)
      if (++this.#posted % (this.#options.asksEvery ?? Number.POSITIVE_INFINITY) === 0) this.#client.send(ASK)
    }
  }

  /** Resolves when the server has acknowledged everything. @throws when it doesn't in time */
  async acknowledged(timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs
    for (;;) {
      const client = this.#client
      if (client?.sm && this.#waiting.length === 0) {
        client.send(ASK)
        await sleep(RETRY_MS)
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
      for (const xml of this.#waiting.splice(0)) client.send(xml)
      const pump = this.#pump(client)
      await client.ended
      this.#client = undefined
      await pump
      if (this.#stopped) return
      const since = performance.now()
      const next = await this.#comeBack(client)
      if (!next) return
      this.gaps.push(performance.now() - since)
      client = next
    }
  }

  async #comeBack(lost: RawClient): Promise<RawClient | undefined> {
    while (!this.#stopped) {
      this.#turn++
      let client: RawClient | undefined
      try {
        client = await this.#connect()
        const answer = await client.resume(lost)
        if (answer.getName() === 'resumed') this.resumed++
        else {
          this.rebound++
          await this.#begin(client, lost.sm?.unacked ?? [])
        }
        return client
      } catch {
        client?.cut()
        await sleep(RETRY_MS)
      }
    }
    return undefined
  }

  async #begin(client: RawClient, unacked: readonly string[]): Promise<void> {
    await client.bind('desk')
    await client.enableSm()
    this.#whose.begun(client, unacked)
  }

  async #connect(): Promise<RawClient> {
    const edges = this.#options.edges()
    const edge = edges[this.#turn % edges.length]
    if (edge === undefined) throw new Error('no edge is there')
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

  async #pump(client: RawClient): Promise<void> {
    for (;;) {
      const stanza = await client.expect((it) => this.#whose.wants(it), FOREVER_MS).catch(() => undefined)
      if (!stanza) return
      this.#whose.heard(stanza)
    }
  }
}
