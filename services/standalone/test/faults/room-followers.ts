import type { Person, RawClient, Site } from '@heliograph/testkit'
import { enter } from '../support/actor.ts'
import { freshRoom, makeRoom, tell } from '../support/room.ts'
import { follow, isEvent, toldOf } from '../support/subscriptions.ts'

const LIMIT_MS = 20_000

/** A room that nobody is in: one speaks, another hears it, a third is away until the end. */
export class Followers implements AsyncDisposable {
  readonly #site: Site
  readonly #room: string
  readonly #speaker: RawClient
  readonly #hearer: RawClient
  readonly #away: Person
  readonly #said: string[] = []
  readonly #heard: string[] = []
  readonly #heardLate: string[] = []
  #late: RawClient | undefined
  #talking: NodeJS.Timeout | undefined

  private constructor(site: Site, room: string, people: { speaker: RawClient; hearer: RawClient; away: Person }) {
    this.#site = site
    this.#room = room
    this.#speaker = people.speaker
    this.#hearer = people.hearer
    this.#away = people.away
  }

  static async start(site: Site): Promise<Followers> {
    const room = freshRoom(site, 'empty')
    const away = await site.person('away')
    const [speaker, hearer, third] = [
      await enter(site, await site.person('speaker'), { edge: 0, sm: true }),
      await enter(site, await site.person('hearer'), { edge: 1, sm: true }),
      await enter(site, away, { edge: 2 }),
    ]
    await makeRoom(speaker, room, 'speaker', { persistentroom: '1' })
    for (const [client, nick] of [
      [speaker, 'speaker'],
      [hearer, 'hearer'],
      [third, 'away'],
    ] as const)
      await follow(client, room, nick)
    speaker.send(`<presence to='${room}/speaker' type='unavailable'/>`)
    await speaker.expect((it) => it.attrs.type === 'unavailable' && it.attrs.from === `${room}/speaker`, LIMIT_MS)
    await third.close()
    return new Followers(site, room, { speaker, hearer, away })
  }

  talk(everyMs = 100): void {
    this.#talking = setInterval(() => {
      const body = `follow-${this.#said.length}`
      this.#said.push(body)
      tell(this.#speaker, this.#room, body)
      this.#take()
    }, everyMs)
  }

  stopTalking(): void {
    clearInterval(this.#talking)
  }

  /** Until both have heard as much as was said, or the time is over. */
  async heard(timeoutMs: number): Promise<void> {
    const end = Date.now() + timeoutMs
    const all = async (heard: readonly string[]) => {
      for (; heard.length < this.#said.length && Date.now() < end; this.#take())
        await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await all(this.#heard)
    this.#late = await enter(this.#site, this.#away, { edge: 2 })
    await all(this.#heardLate)
  }

  /** What is wrong with what was heard; empty: all is well. */
  verdict(): string[] {
    this.#take()
    const said = this.#said.join()
    const faults = this.#heard.join() === said ? [] : [`who follows heard ${this.#heard} of ${said}`]
    return this.#heardLate.join() === said ? faults : [...faults, `who was away heard ${this.#heardLate} of ${said}`]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopTalking()
    for (const client of [this.#speaker, this.#hearer, this.#late]) client?.cut()
  }

  #take(): void {
    for (const [client, heard] of [
      [this.#hearer, this.#heard],
      [this.#late, this.#heardLate],
    ] as const)
      for (const event of client?.takeAll(isEvent) ?? []) heard.push(toldOf(event)?.getChildText('body') ?? `${event}`)
  }
}
