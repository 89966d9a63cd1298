import { type Person, RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter } from '../support/actor.ts'
import { join, tell } from '../support/room.ts'

const isOfRooms = ({ name, attrs }: Element): boolean =>
  (name === 'message' && attrs.type === 'groupchat') || (name === 'presence' && attrs.type !== undefined)

/** Somebody who is in rooms, talks, writes down what is said, and resumes the session at another edge when the connection is lost. */
export class Listener {
  readonly number: number
  /** What was said, by room. */
  readonly heard = new Map<string, string[]>()
  /** What else came: nothing should. */
  readonly odd: string[] = []
  resumed = 0
  readonly #site: Site
  readonly #login: { readonly user: string; readonly password: string }
  #client: RawClient
  #edge: number
  #stopped = false
  #said = 0

  private constructor(site: Site, number: number, person: { client: RawClient; user: string; password: string }) {
    this.#site = site
    this.number = number
    this.#client = person.client
    this.#login = person
    this.#edge = number
  }

  /** `known`: one client more of somebody. */
  static async start(site: Site, number: number, rooms: readonly string[], known?: Person): Promise<Listener> {
    const person = known ?? (await site.person(`listener-${number}`))
    const client = await enter(site, person, { edge: number, sm: true })
    for (const room of rooms) await join(client, room, `${number}`)
    return new Listener(site, number, { client, user: person.user, password: person.password })
  }

  /** From now on everything that is heard counts. */
  listen(): void {
    this.#client.takeAll(() => true)
    void this.#comeBack()
  }

  get said(): number {
    return this.#said
  }

  sayIn(room: string): void {
    tell(this.#client, room, `${this.number}-${++this.#said}`)
  }

  take(): void {
    for (const stanza of this.#client.takeAll(isOfRooms)) {
      const body = stanza.getChildText('body')
      const room = String(stanza.attrs.from).split('/')[0]!
      if (stanza.attrs.type !== 'groupchat' || body === null) this.odd.push(`${this.number} hears ${stanza}`)
      else this.heard.set(room, [...(this.heard.get(room) ?? []), body])
    }
  }

  /** Presence that came since somebody listens. */
  get seen(): readonly string[] {
    return this.#client.takeAll('presence').map((it) => `${this.number} sees ${it}`)
  }

  /** Waits until that was said. */
  async hears(body: string): Promise<void> {
    await this.#client.expect((it) => it.attrs.type === 'groupchat' && it.getChildText('body') === body, 20_000)
  }

  stop(): void {
    this.#stopped = true
    this.#client.cut()
  }

  async #comeBack(): Promise<void> {
    for (;;) {
      const lost = this.#client
      await lost.ended
      while (!this.#stopped && this.#client === lost) {
        this.#edge++
        const next = await this.#resume(lost).catch(() => undefined)
        if (next === undefined) await new Promise((resolve) => setTimeout(resolve, 100))
        else {
          this.take()
          this.#client = next
        }
      }
      if (this.#stopped) return
    }
  }

  async #resume(lost: RawClient): Promise<RawClient> {
    const client = await RawClient.connect(this.#site.at(this.#edge, 'tls'))
    try {
      await client.open()
      await client.authenticate({ ...this.#login, mechanism: 'PLAIN' })
      const answer = await client.resume(lost)
      if (answer.getName() !== 'resumed') this.odd.push(`${this.number} can't resume: ${answer}`)
      this.resumed++
      return client
    } catch (error) {
      client.cut()
      throw error
    }
  }
}

/** Until something holds, or the time is over. */
export async function until(holds: () => boolean, timeoutMs: number): Promise<void> {
  for (const end = Date.now() + timeoutMs; !holds() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 50))
}

/** What is wrong with what was heard: everybody hears everything once, in one order, and each speaker in the order of speaking. */
export function verdict(listeners: readonly Listener[], rooms: readonly string[]): string[] {
  const faults = listeners.flatMap(({ odd }) => odd)
  for (const room of rooms) {
    const [first = [], ...others] = listeners.map(({ heard }) => heard.get(room) ?? [])
    if (new Set(first).size !== first.length) faults.push(`${room}: something twice`)
    for (const [i, heard] of others.entries())
      if (heard.join() !== first.join())
        faults.push(`${room}: ${i + 1} heard ${heard.length}, not ${first.length}, or in another order`)
    for (const { number } of listeners) {
      const own = first.filter((body) => body.startsWith(`${number}-`)).map((body) => Number(body.split('-')[1]))
      if (own.some((n, i) => i > 0 && n <= own[i - 1]!)) faults.push(`${room}: ${number} isn't heard in order`)
    }
  }
  return faults
}
