import { RawClient, type RawStreamOptions } from '@heliograph/testkit'
import { countArchived } from './archive.ts'

const NS_SM = 'urn:xmpp:sm:3'
const CONNECT_MS = 30_000
const ANSWER_MS = 30_000
const TICK_MS = 10
const PER_TICK = 200
const ASK_EVERY = 100
const ASK_MS = 250

/** Whom to flood, and with how much. */
export interface Target {
  readonly jid: string
  readonly body: string
}

/**
 * A client that sends whatever the server takes, and more: it always has many messages under way that aren't acknowledged. Of each it
 * knows whether it came back as an error.
 */
export class Flooder {
  readonly jid: string
  /** Messages sent to each target, and those of them that came back. */
  readonly sent = new Map<string, number>()
  readonly bounced = new Map<string, number>()
  readonly #client: RawClient
  readonly #edge: RawStreamOptions
  readonly #name: string
  #timer: NodeJS.Timeout | undefined
  #total = 0
  #asked = 0

  private constructor(client: RawClient, edge: RawStreamOptions, name: string) {
    this.jid = client.jid.split('/')[0] ?? ''
    this.#client = client
    this.#edge = edge
    this.#name = name
  }

  /** Makes an account of that name and becomes available. */
  static async enter(edge: RawStreamOptions, name: string, managed = true): Promise<Flooder> {
    const at = { ...edge, timeoutMs: CONNECT_MS }
    await RawClient.register(at, name, passwordOf(name))
    const client = await RawClient.login(at, { user: name, password: passwordOf(name), mechanism: 'PLAIN' })
    if (managed) await client.enableSm(false)
    client.send('<presence/>')
    await client.expect('presence')
    return new Flooder(client, at, name)
  }

  get unacknowledged(): number {
    return this.#client.sm?.unacked.length ?? 0
  }

  /** From now on what the server writes to it fills buffers. */
  stopReading(): void {
    this.#client.stopReading()
  }

  /** Keeps `ahead` messages under way, to each of `targets` in turn. */
  flood(targets: readonly Target[], ahead: number): void {
    this.#timer = setInterval(() => {
      this.collect()
      const room = Math.min(PER_TICK, ahead - this.unacknowledged)
      for (let i = 0; i < room; i++) this.#say(targets[this.#total % targets.length]!)
      if (this.#total - this.#asked >= ASK_EVERY) this.#ask()
    }, TICK_MS)
  }

  /** Sends nothing more, but goes on asking what was taken: an answer tells of what is in custody by then. */
  pause(): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => this.#ask(), ASK_MS)
  }

  /** Takes note of what has come. */
  collect(): void {
    for (const message of this.#client.takeAll(() => true)) {
      if (message.attrs.type === 'error') count(this.bounced, String(message.attrs.from))
    }
    this.#client.received.length = 0
  }

  /** How many messages from `sender` its archive has, as a connection of its own is told. */
  async archivedFrom(sender: string): Promise<number> {
    await using client = await RawClient.login(this.#edge, {
      user: this.#name,
      password: passwordOf(this.#name),
      mechanism: 'PLAIN',
    })
    return await countArchived(client, sender, ANSWER_MS)
  }

  /** Goes without a word. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#client.cut()
  }

  #ask(): void {
    this.#asked = this.#total
    this.#client.send(Buffer.from(`<r xmlns='${NS_SM}'/>`))
  }

  #say({ jid, body }: Target): void {
    this.#total++
    count(this.sent, jid)
    this.#client.send(`<message to='${jid}' type='chat' id='${this.#total}'><body>${body}</body></message>`)
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

const passwordOf = (name: string): string => `water over the gunwale of ${name}`
