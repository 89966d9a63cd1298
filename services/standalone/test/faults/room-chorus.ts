import type { RawClient, Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter } from '../support/actor.ts'
import { freshRoom, join, makeRoom, tell, UNLOGGED } from '../support/room.ts'

/** Rooms in which everybody talks all the time, and what each has heard. */
export class Chorus implements AsyncDisposable {
  readonly rooms: readonly RoomOfSingers[]
  readonly #clients: readonly RawClient[]
  #talking: NodeJS.Timeout | undefined

  private constructor(rooms: readonly RoomOfSingers[], clients: readonly RawClient[]) {
    this.rooms = rooms
    this.#clients = clients
  }

  /** Every client is in every room, by nicks that are their numbers. Every other room has no archive. */
  static async start(site: Site, { rooms = 6, clients = 4 } = {}): Promise<Chorus> {
    const singers: RawClient[] = []
    for (let i = 0; i < clients; i++)
      singers.push(await enter(site, await site.person(`singer-${i}`), { edge: i, sm: true }))
    const made: RoomOfSingers[] = []
    for (let r = 0; r < rooms; r++) {
      const room = freshRoom(site, 'choir')
      await makeRoom(singers[0]!, room, '0', r % 2 === 1 ? UNLOGGED : {})
      for (let i = 1; i < clients; i++) await join(singers[i]!, room, String(i))
      made.push(new RoomOfSingers(room, singers))
    }
    // Everybody has seen everybody enter.
    for (const { jid } of made)
      for (const [i, client] of singers.entries())
        for (let other = i + 1; other < clients; other++)
          await client.expect((it) => it.name === 'presence' && it.attrs.from === `${jid}/${other}`)
    for (const client of singers) client.takeAll(() => true)
    return new Chorus(made, singers)
  }

  /** Everybody says something in a room every so often, one room after the other. */
  talk(everyMs = 20): void {
    let turn = 0
    this.#talking = setInterval(() => {
      const room = this.rooms[turn++ % this.rooms.length]!
      room.sayOnce()
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
        for (const room of this.rooms) if (String(stanza.attrs.from).startsWith(room.jid)) room.hear(i, stanza)
  }

  stopTalking(): void {
    clearInterval(this.#talking)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopTalking()
    for (const client of this.#clients) client.cut()
  }
}

class RoomOfSingers {
  readonly jid: string
  readonly #singers: readonly RawClient[]
  readonly #heard: string[][]
  readonly odd: string[] = []
  #said = 0

  constructor(jid: string, singers: readonly RawClient[]) {
    this.jid = jid
    this.#singers = singers
    this.#heard = singers.map(() => [])
  }

  sayOnce(): void {
    this.#said++
    for (const [i, client] of this.#singers.entries()) tell(client, this.jid, `${i}-${this.#said}`)
  }

  hear(listener: number, stanza: Element): void {
    const body = stanza.name === 'message' && stanza.attrs.type === 'groupchat' ? stanza.getChildText('body') : null
    if (body === null) this.odd.push(`${listener} hears ${stanza}`)
    else this.#heard[listener]!.push(body)
  }

  get complete(): boolean {
    return this.#heard.every(({ length }) => length >= this.#said * this.#singers.length)
  }

  missing(): string {
    return this.#heard.map(({ length }) => length - this.#said * this.#singers.length).join(',')
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
