import { HandedOver, RawClient, type RawStreamOptions } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import type { Book } from '../ledger/book.ts'
import { type Listener, listen } from './listen.ts'

export interface VisitorOptions {
  readonly user: string
  readonly password: string
  readonly domain: string
  readonly book: Book
  readonly edges: () => readonly RawStreamOptions[]
  /** Whom it visits: who watches its presence, and gets its notes. */
  readonly host: string
}

const isStanza = (it: Element): boolean => it.name === 'message' || it.name === 'presence'
const ACKNOWLEDGED_MS = 15_000
const LINGER_MS = 700

/** Somebody who logs in, takes what waited for him, leaves a note, and logs out again, however often that fails. */
export class Visitor implements Listener {
  readonly user: string
  readonly book: Book
  readonly handedOver: HandedOver
  life = 0
  visits = 0
  failed = 0
  /** Times from the first attempt to a login, ms. */
  readonly waits: number[] = []
  readonly #options: VisitorOptions
  /** Notes that were never acknowledged. */
  #notes: string[] = []
  #client: RawClient | undefined
  #since: number | undefined

  constructor(options: VisitorOptions) {
    this.#options = options
    this.user = options.user
    this.book = options.book
    this.handedOver = new HandedOver(options.user)
  }

  /** Comes, and goes; false when that broke in between. What wasn't acknowledged is said again the next time. */
  async visit(edge: number): Promise<boolean> {
    const { book, user } = this
    this.#since ??= book.now()
    let client: RawClient | undefined
    try {
      client = await this.#enter(edge)
      this.waits.push(book.now() - this.#since)
      this.#since = undefined
      await this.#stay(client)
      this.visits++
      return true
    } catch {
      this.failed++
      return false
    } finally {
      client?.cut()
      if (client) this.#take(client)
      if (this.#client) book.presence(user).show(undefined, this.life)
      this.#client = undefined
    }
  }

  send(xml: string): void {
    this.#client?.send(xml)
  }

  /** It is in no room. */
  enter(): void {}

  async #enter(turn: number): Promise<RawClient> {
    const edges = this.#options.edges()
    const edge = edges[turn % edges.length]
    if (edge === undefined) throw new Error('no edge is there')
    const client = await RawClient.connect({ ...edge, timeoutMs: 10_000 })
    try {
      await client.open()
      await client.authenticate(this.#options)
      await client.bind('visit')
      await client.enableSm(false)
      return client
    } catch (error) {
      client.cut()
      throw error
    }
  }

  async #stay(client: RawClient): Promise<void> {
    const { book, user } = this
    const { host, domain } = this.#options
    this.#client = client
    this.life++
    this.handedOver.sessionBegun()
    book.presence(user).show(this.life, this.life)
    client.send(`<presence><status>${this.life}</status></presence>`)
    const id = book.flow('note', user, host).next(book.now())
    this.#notes.push(
      `<message to='${host}@${domain}' type='chat' id='${id}'><body>${id}</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`,
    )
    for (const xml of this.#notes) client.send(xml)
    await client.acknowledged(ACKNOWLEDGED_MS)
    this.#notes = []
    this.#take(client)
    await new Promise((resolve) => setTimeout(resolve, LINGER_MS))
    this.#take(client)
    client.ack()
    await client.close()
  }

  #take(client: RawClient): void {
    for (const stanza of client.takeAll(isStanza)) listen(this, stanza)
  }
}
