import type { Chance, RawStreamOptions } from '@heliograph/testkit'
import type { Book } from '../ledger/book.ts'
import type { NodeRecord } from '../ledger/node-record.ts'
import { Person } from './person.ts'
import { Visitor } from './visitor.ts'

export interface Place {
  readonly domain: string
  readonly book: Book
  readonly edges: () => readonly RawStreamOptions[]
  readonly createUser: (user: string, password: string) => Promise<void>
}

export interface CrowdSize {
  readonly persons: number
  readonly visitors: number
  /** Rooms for each to be in. */
  readonly roomsEach: number
  /** Of all persons together, a second. */
  readonly rate: number
}

const AT_ONCE = 20
const passwordOf = (user: string): string => `verona-balcony-${user}`
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

type Habit = 'chat' | 'tell' | 'whisper' | 'write' | 'show' | 'publish'
const SHARES: Readonly<Record<Habit, number>> = { chat: 55, tell: 25, whisper: 5, write: 5, show: 4, publish: 6 }
/** What somebody does, as often as he does it. */
const HABITS = (Object.keys(SHARES) as Habit[]).flatMap((habit) => Array.from({ length: SHARES[habit] }, () => habit))

/** All that use the cluster during a run. */
export class Crowd implements AsyncDisposable {
  readonly persons: readonly Person[]
  readonly visitors: readonly Visitor[]
  readonly #place: Place
  readonly #size: CrowdSize
  #busy: Promise<unknown> | undefined
  #stop = false

  private constructor(place: Place, size: CrowdSize) {
    this.#place = place
    this.#size = size
    const { domain, book, edges } = place
    const rooms = [...book.rooms.keys()]
    const user = (i: number) => `p${i % size.persons}`
    this.persons = Array.from({ length: size.persons }, (_, i) => {
      // Neighbours by two share their rooms.
      const mine = Array.from({ length: size.roomsEach }, (_, r) => rooms[(Math.floor(i / 2) + r) % rooms.length]!)
      const login = { user: user(i), password: passwordOf(user(i)) }
      return new Person({ ...login, domain, book, edges, first: i, rooms: [...new Set(mine)] })
    })
    this.visitors = Array.from({ length: size.visitors }, (_, i) => {
      const login = { user: `v${i}`, password: passwordOf(`v${i}`) }
      return new Visitor({ ...login, domain, book, edges, host: user(i) })
    })
  }

  /** Everybody is there, sees those whom he is to see, and is in his rooms. */
  static async gather(place: Place, size: CrowdSize): Promise<Crowd> {
    const crowd = new Crowd(place, size)
    const { persons, visitors } = crowd
    for (const each of [...persons, ...visitors]) await place.createUser(each.user, passwordOf(each.user))
    for (let i = 0; i < persons.length; i += AT_ONCE)
      await Promise.all(persons.slice(i, i + AT_ONCE).map(({ returner }) => returner.start()))
    for (const [i, person] of persons.entries())
      person.send(`<presence to='${persons[i ^ 1]!.user}@${place.domain}' type='subscribe'/>`)
    for (const [i, { user }] of visitors.entries())
      persons[i % persons.length]!.send(`<presence to='${user}@${place.domain}' type='subscribe'/>`)
    await Promise.all(visitors.map((visitor, i) => visitor.visit(i)))
    const told = [...place.book.nodes.values()].flatMap(({ node, told: by }) =>
      [...by.keys()].map((user) => [node, user]),
    )
    await Promise.all(told.map(([node, user]) => persons.find((each) => each.user === user)!.subscribe(node!)))
    await crowd.until('everybody is in his rooms', 30_000, () => crowd.#areIn())
    for (const presence of place.book.presences.values()) presence.beginAgain()
    return crowd
  }

  /** Everybody goes about his business, until `rest`. */
  begin(chance: Chance): void {
    this.#busy = Promise.all([this.#talk(chance), ...this.visitors.map((visitor, i) => this.#comeAndGo(visitor, i))])
  }

  /** All do something now whose arrival shows that they are served. */
  probe(): void {
    for (const [i, person] of this.persons.entries()) {
      person.chat(this.persons[i ^ 1]!.user)
      if (i < 2 * this.#place.book.rooms.size) person.tell(person.rooms[0]!)
    }
  }

  /** No more is begun; what is under way is waited for. */
  async rest(): Promise<void> {
    this.#stop = true
    await this.#busy
  }

  /** @throws when it doesn't come so */
  async until(what: string, timeoutMs: number, holds: () => boolean): Promise<void> {
    for (const end = Date.now() + timeoutMs; !holds(); await sleep(20))
      if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rest()
    await Promise.all(this.persons.map(({ returner }) => returner.stop()))
  }

  #areIn(): boolean {
    const { book } = this.#place
    return this.persons.every(({ user, rooms }) => rooms.every((room) => book.rooms.get(room)!.isIn(user)))
  }

  async #talk(chance: Chance): Promise<void> {
    const pauseMs = 1000 / this.#size.rate
    for (let turn = 0, due = Date.now(); !this.#stop; turn++) {
      this.#act(turn % this.persons.length, chance)
      due += pauseMs
      const wait = due - Date.now()
      // What a stall of this process made late is said at once; much isn't.
      if (wait > 0) await sleep(wait)
      else if (wait < -1_000) due = Date.now()
    }
  }

  #act(i: number, chance: Chance): void {
    const person = this.persons[i]!
    const partner = this.persons[i ^ 1]!
    const habit = HABITS[chance(HABITS.length)]!
    const visitor = this.visitors[chance(Math.max(1, this.visitors.length))]
    const [node] = this.#nodesOf(person.user)
    if (habit === 'tell') person.tell(person.rooms[chance(person.rooms.length)]!)
    else if (habit === 'whisper') person.whisper(person.rooms[0]!, partner.user)
    else if (habit === 'show') person.show()
    else if (habit === 'write' && visitor) person.write(visitor.user)
    else if (habit === 'publish' && node) void person.publish(node.node)
    else person.chat(partner.user)
  }

  #nodesOf(user: string): NodeRecord[] {
    return [...this.#place.book.nodes.values()].filter(({ publisher }) => publisher === user)
  }

  async #comeAndGo(visitor: Visitor, first: number): Promise<void> {
    for (let turn = first; !this.#stop; turn++) {
      await visitor.visit(turn)
      await sleep(500)
    }
  }
}
