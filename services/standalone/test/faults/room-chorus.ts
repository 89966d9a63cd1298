import type { RawClient, Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, enter } from '../support/actor.ts'
import { freshRoom, join, makeRoom, tell, UNLOGGED } from '../support/room.ts'

const LIMIT_MS = 20_000

/** Rooms in which everybody talks all the time, and what each has heard. */
export class Chorus implements AsyncDisposable {
  readonly rooms: readonly RoomOfSingers[]
  readonly #clients: readonly RawClient[]
  readonly #byJid: ReadonlyMap<string, RoomOfSingers>
  #talking: NodeJS.Timeout | undefined

  private constructor(rooms: readonly RoomOfSingers[], clients: readonly RawClient[]) {
    this.rooms = rooms
    this.#clients = clients
    this.#byJid = new Map(rooms.map((room) => [room.jid, room]))
  }

  /** Every client is in every room, by nicks that are their numbers; the edges have as many each. Every other room has no archive. */
  static async start(site: Site, { rooms = 6, clients = 4 } = {}): Promise<Chorus> {
    const numbers = Array.from({ length: clients }, (_, i) => i)
    const singers = await Promise.all(
      numbers.map(async (i) => enter(site, await site.person(`singer-${i}`), { edge: i, sm: true })),
    )
    const made = Array.from({ length: rooms }, () => new RoomOfSingers(freshRoom(site, 'choir'), singers))
    for (const [r, { jid }] of made.entries()) await makeRoom(singers[0]!, jid, '0', r % 2 === 1 ? UNLOGGED : {})
    await Promise.all(numbers.slice(1).map((i) => joinAll(singers[i]!, made, String(i))))
    // Rooms speak in one order: who hears this has seen everybody enter.
    for (const { jid } of made) tell(singers[0]!, jid, 'complete')
    const hears = (client: RawClient, jid: string) =>
      client.expect((it) => it.attrs.from === `${jid}/0` && it.getChildText('body') === 'complete', LIMIT_MS)
    await Promise.all(singers.map((client) => Promise.all(made.map(({ jid }) => hears(client, jid)))))
    for (const client of singers) client.takeAll(() => true)
    return new Chorus(made, singers)
  }

  /** So many say something in a room every so often, one room after the other, everybody in turn. */
  talk({ everyMs = 20, voices = this.#clients.length } = {}): void {
    let turn = 0
    this.#talking = setInterval(() => {
      const room = this.rooms[turn++ % this.rooms.length]!
      for (let i = 0; i < voices; i++) room.sayOnce()
      this.#take()
    }, everyMs)
  }

  /** Says something more in each room, and waits until everybody has heard all that anybody said. */
  async heard(timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs
    while (!this.rooms.every((room) => room.complete)) {
      if (Date.now() > until) {
        const odd = this.rooms.flatMap((room) => room.odd).slice(0, 5)
        throw new Error([`not heard: ${this.rooms.map((room) => room.missing()).join(' ')}`, ...odd].join('\n'))
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
      this.#take()
    }
  }

  /** What is wrong with what was heard; empty: all is well. */
  verdict(): string[] {
    return this.rooms.flatMap((room) => room.verdict())
  }

  #take(): void {
    for (const [i, client] of this.#clients.entries())
      for (const stanza of client.takeAll(() => true))
        this.#byJid.get(bareOf(String(stanza.attrs.from)))?.hear(i, stanza)
  }

  stopTalking(): void {
    clearInterval(this.#talking)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopTalking()
    for (const client of this.#clients) client.cut()
  }
}

async function joinAll(client: RawClient, rooms: readonly RoomOfSingers[], nick: string): Promise<void> {
  for (const { jid } of rooms) await join(client, jid, nick)
}

class RoomOfSingers {
  readonly jid: string
  readonly #singers: readonly RawClient[]
  readonly #heard: string[][]
  readonly odd: string[] = []
  /** By each. */
  readonly #said: number[]
  #turn = 0

  constructor(jid: string, singers: readonly RawClient[]) {
    this.jid = jid
    this.#singers = singers
    this.#heard = singers.map(() => [])
    this.#said = singers.map(() => 0)
  }

  /** Whoever's turn it is. */
  sayOnce(): void {
    const i = this.#turn++ % this.#singers.length
    this.#said[i]!++
    tell(this.#singers[i]!, this.jid, `${i}-${this.#said[i]}`)
  }

  hear(listener: number, stanza: Element): void {
    const body = stanza.name === 'message' && stanza.attrs.type === 'groupchat' ? stanza.getChildText('body') : null
    if (body === null) this.odd.push(`${listener} hears ${stanza}`)
    else this.#heard[listener]!.push(body)
  }

  get complete(): boolean {
    return this.#heard.every(({ length }) => length >= this.#turn)
  }

  missing(): string {
    return this.#heard.map(({ length }) => length - this.#turn).join(',')
  }

  verdict(): string[] {
    const [first, ...others] = this.#heard
    const wrong = [...this.odd]
    if (new Set(first).size !== first!.length) wrong.push(`${this.jid}: something was heard twice`)
    for (const [i, other] of others.entries())
      if (other.join() !== first!.join()) wrong.push(`${this.jid}: ${i + 1} hears another order`)
    for (const i of this.#singers.keys()) {
      const own = first!.filter((body) => body.startsWith(`${i}-`))
      if (own.join() !== own.map((_, k) => `${i}-${k + 1}`).join()) wrong.push(`${this.jid}: ${i} isn't heard in order`)
    }
    return wrong
  }
}
