import { setTimeout as sleep } from 'node:timers/promises'
import { faultsOf, type PeerClient } from '@heliograph/testkit'

const LIMIT_MS = 30_000
const PAUSE_MS = 50

/** Two who write to each other, one direction: what was said and hasn't been refused by the library. */
class Direction {
  readonly from: PeerClient
  readonly to: PeerClient
  readonly said: string[] = []

  constructor(from: PeerClient, to: PeerClient) {
    this.from = from
    this.to = to
  }

  get name(): string {
    return `${this.from.library}>${this.to.library}`
  }
}

/** Everybody writes to everybody else, until told otherwise. */
export class Conversation implements AsyncDisposable {
  readonly directions: readonly Direction[]
  readonly #heard = new Map<Direction, string[]>()
  readonly #silent = new Set<PeerClient>()
  readonly #talking: Promise<unknown>
  #over = false

  constructor(peers: readonly PeerClient[]) {
    this.directions = peers.flatMap((from) => peers.filter((to) => to !== from).map((to) => new Direction(from, to)))
    for (const direction of this.directions) this.#heard.set(direction, [])
    this.#talking = Promise.all(this.directions.map((direction) => this.#talk(direction)))
  }

  /** Waits until each direction that isn't silent has carried something said from now on. */
  async flows(): Promise<void> {
    const open = this.directions.filter(({ from }) => !this.#silent.has(from))
    const before = new Map(open.map((direction) => [direction, direction.said.length]))
    const flowed = (direction: Direction) =>
      direction.said.slice(before.get(direction)).some((body) => this.#heardBy(direction).includes(body))
    await this.until('messages flow', () => open.every(flowed))
  }

  /** From now on one of them is silent; waits until what it said was heard. */
  async hush(peer: PeerClient): Promise<void> {
    this.#silent.add(peer)
    await this.until(`${peer.library} was heard`, () => this.#allHeard(({ from }) => from === peer))
  }

  speakAgain(peer: PeerClient): void {
    this.#silent.delete(peer)
  }

  /** Ends the talking, waits until everything was heard, and returns everything that went wrong. */
  async verdict(): Promise<string[]> {
    this.#over = true
    await this.#talking
    await this.until('everything was heard', () => this.#allHeard(() => true)).catch(() => {})
    await sleep(500) // for what comes twice
    return this.directions.flatMap((each) => faultsOf(each.name, each.said, this.#heardBy(each)))
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    for (const end = Date.now() + LIMIT_MS; !holds(); await sleep(20))
      if (Date.now() > end) throw new Error(`not within ${LIMIT_MS} ms: ${what}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    await this.#talking
  }

  async #talk(direction: Direction): Promise<void> {
    for (let number = 1; !this.#over; await sleep(PAUSE_MS)) {
      const { from, to, said, name } = direction
      if (!from.online || this.#silent.has(from)) continue
      said.push(`${name}-${number}`)
      // What the library refuses it doesn't send later: it is said again.
      await from.message(to.jid, `${name}-${number}`).then(
        () => ++number,
        () => said.pop(),
      )
    }
  }

  #allHeard(which: (direction: Direction) => boolean): boolean {
    return this.directions.filter(which).every((each) => {
      const heard = new Set(this.#heardBy(each))
      return each.said.every((body) => heard.has(body))
    })
  }

  #heardBy(direction: Direction): string[] {
    const heard = this.#heard.get(direction)!
    const isOurs = (body: string | undefined) => body?.startsWith(`${direction.name}-`) === true
    const came = direction.to.takeAll((stanza) => isOurs(stanza.getChildText('body') ?? undefined))
    heard.push(...came.map((message) => message.getChildText('body') ?? ''))
    return heard
  }
}
