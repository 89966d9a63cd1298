import { setTimeout as sleep } from 'node:timers/promises'
import type { RawStreamOptions } from '../clients/raw/raw-stream.ts'
import { Talker } from './talker.ts'
import { archiveOf, faultsBetween, faultsOf } from './verdict.ts'

export interface LoadOptions {
  /** Pairs of users that talk to each other. */
  readonly pairs: number
  readonly domain: string
  readonly edges: () => readonly RawStreamOptions[]
  readonly createUser: (jid: string, password: string) => Promise<void>
  /** Messages a second, of all talkers together. */
  readonly rate: number
}

/** Logins at a time, to begin with. */
const AT_ONCE = 20
const QUIET_MS = 1_000

/** Pairs of talkers on different edges that chat at a steady rate while a test disturbs the server. */
export class Load implements AsyncDisposable {
  readonly pairs: readonly (readonly [Talker, Talker])[]
  readonly #options: LoadOptions
  #talking: Promise<void> | undefined
  #stop = false

  private constructor(options: LoadOptions, pairs: readonly (readonly [Talker, Talker])[]) {
    this.#options = options
    this.pairs = pairs
  }

  /** Makes the accounts, logs everybody in, subscribes the pairs to each other, and begins to talk. */
  static async start(options: LoadOptions): Promise<Load> {
    const run = Math.random().toString(36).slice(2, 7)
    const make = async (name: string, partner: string, first: number): Promise<Talker> => {
      await options.createUser(`${name}@${options.domain}`, `verona-balcony-${name}`)
      const { edges, domain } = options
      return new Talker({
        user: name,
        password: `verona-balcony-${name}`,
        partner: `${partner}@${domain}`,
        edges,
        first,
      })
    }
    const pairs: [Talker, Talker][] = []
    for (let i = 0; i < options.pairs; i++) {
      const [a, b] = [`a${i}${run}`, `b${i}${run}`]
      pairs.push([await make(a, b, i), await make(b, a, i + 1)])
    }
    const load = new Load(options, pairs)
    for (let i = 0; i < load.talkers.length; i += AT_ONCE) {
      await Promise.all(load.talkers.slice(i, i + AT_ONCE).map((talker) => talker.start()))
    }
    for (const [a, b] of pairs) befriend(a, b, options.domain)
    await load.until('pairs see each other', 30_000, () => load.talkers.every(({ presence }) => presence.length > 0))
    await load.#quiet()
    for (const talker of load.talkers) talker.presence.length = 0
    load.#talking = load.#talk()
    return load
  }

  get talkers(): Talker[] {
    return this.pairs.flat()
  }

  /** How many times a talker got its session back, and how many times it had to bind anew. */
  get resumed(): number {
    return this.talkers.reduce((sum, { resumed }) => sum + resumed, 0)
  }

  get rebound(): number {
    return this.talkers.reduce((sum, { rebound }) => sum + rebound, 0)
  }

  /** Presence of partners that came since the beginning: none, unless somebody said something. */
  get presenceSeen(): string[] {
    return this.talkers.flatMap(({ presence }) => presence)
  }

  get sent(): number {
    return this.talkers.reduce((sum, { sent }) => sum + sent.length, 0)
  }

  /** Waits for something. @throws with what is missing when it doesn't come in time */
  async until(what: string, timeoutMs: number, holds: () => boolean): Promise<number> {
    const since = Date.now()
    while (!holds()) {
      if (Date.now() - since > timeoutMs) throw new Error(`not within ${timeoutMs} ms: ${what}`)
      await sleep(20)
    }
    return Date.now() - since
  }

  /** Both directions of a subscription may tell of the same presence: waits until no more comes. */
  async #quiet(): Promise<void> {
    for (let seen = -1; seen !== this.presenceSeen.length; ) {
      seen = this.presenceSeen.length
      await sleep(QUIET_MS)
    }
  }

  /** Time until each talker, having said something more, has had something said to it since now: the service is back for everybody. */
  async flowing(timeoutMs: number): Promise<number> {
    const before = new Map(this.talkers.map((talker) => [talker, talker.sent.length]))
    const arrived = ([a, b]: readonly [Talker, Talker]) => heard(a, b, before) && heard(b, a, before)
    return this.until('messages flow in every pair', timeoutMs, () => this.pairs.every(arrived))
  }

  /** Ends the talking, waits for every acknowledgement and delivery, and returns everything that went wrong. */
  async verdict(timeoutMs = 20_000): Promise<string[]> {
    this.#stop = true
    await this.#talking
    await Promise.all(this.talkers.map((talker) => talker.acknowledged(timeoutMs)))
    const complete = () => this.pairs.every(([a, b]) => missing(a, b) + missing(b, a) === 0)
    await this.until('everything is delivered', 15_000, complete).catch(() => {})
    const faults: string[] = []
    for (const [a, b] of this.pairs) {
      faults.push(...faultsBetween(a, b), ...faultsBetween(b, a))
      for (const owner of [a, b]) {
        const archived = await archiveOf(owner)
        for (const sender of [a, b]) {
          const theirs = archived.filter((id) => id.startsWith(`${sender.user}-`))
          faults.push(...faultsOf(`archive of ${owner.user}, from ${sender.user}`, sender.sent, theirs))
        }
      }
    }
    return faults
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop = true
    await this.#talking
    await Promise.all(this.talkers.map((talker) => talker.stop()))
  }

  async #talk(): Promise<void> {
    const { talkers } = this
    const pauseMs = 1000 / this.#options.rate
    for (let turn = 0, due = Date.now(); !this.#stop; turn++) {
      talkers[turn % talkers.length]!.say()
      due += pauseMs
      const wait = due - Date.now()
      if (wait > 0) await sleep(wait)
    }
  }
}

function befriend(a: Talker, b: Talker, domain: string): void {
  a.send(`<presence to='${b.user}@${domain}' type='subscribe'/>`)
  b.send(`<presence to='${a.user}@${domain}' type='subscribe'/>`)
  setTimeout(() => {
    a.send(`<presence to='${b.user}@${domain}' type='subscribed'/>`)
    b.send(`<presence to='${a.user}@${domain}' type='subscribed'/>`)
  }, 300)
}

function heard(sender: Talker, receiver: Talker, before: ReadonlyMap<Talker, number>): boolean {
  const count = before.get(sender) ?? 0
  return sender.sent.slice(count).some((id) => receiver.received.includes(id))
}

function missing(sender: Talker, receiver: Talker): number {
  const got = new Set(receiver.received)
  return sender.sent.filter((id) => !got.has(id)).length
}
