/** CORE-10, CORE-11, MSG-01, MSG-08 together: people whose connections break all the time miss nothing and hear nothing twice. */
import assert from 'node:assert/strict'
import { bothModes, type Chance, chance, type Person, RawClient, type Site } from '@heliograph/testkit'
import { bareOf, enter, say } from '../support/actor.ts'
import { readWholeArchive } from '../support/archive.ts'

const PEOPLE = 5
const STEPS = 250
const BODY = /^(\d+) to (\d+): (\d+)$/

/** Somebody who comes back by resuming, wherever there is an edge. */
class Restless {
  readonly person: Person
  readonly #site: Site
  readonly #draw: Chance
  readonly #past: RawClient[] = []
  readonly sent = new Map<number, number>()
  client: RawClient

  private constructor(site: Site, draw: Chance, person: Person, client: RawClient) {
    this.#site = site
    this.#draw = draw
    this.person = person
    this.client = client
  }

  static async enter(site: Site, draw: Chance, number: number): Promise<Restless> {
    const person = await site.person(`restless${number}`)
    const client = await enter(site, person, { resource: 'one', edge: number, sm: true })
    return new Restless(site, draw, person, client)
  }

  /** Resumes, with the old connection cut or still alive. */
  async move(cut: boolean): Promise<void> {
    const old = this.client
    if (cut) old.cut()
    this.#past.push(old)
    const edge = this.#site.at(this.#draw(8), this.#draw(2) === 0 ? 'tls' : 'wss')
    this.client = await RawClient.resumed(edge, this.person, old)
    old.cut()
  }

  /** Everything heard over all connections, in order. */
  get heard(): string[] {
    return [...this.#past, this.client].flatMap(({ received, superseded }) =>
      received
        .slice(0, superseded)
        .filter((it) => it.getChild('body') !== undefined)
        .map((it) => it.getChildText('body') ?? ''),
    )
  }
}

const scenario = await bothModes()

scenario('five people talk while their connections break and move', async (site, test) => {
  const draw = chance(test)
  const people: Restless[] = []
  for (let number = 0; number < PEOPLE; number++) people.push(await Restless.enter(site, draw, number))
  const total = await mingle(people, draw)
  for (const each of people) {
    await each.move(false)
    await each.client.requestAck(20_000)
    assert.deepEqual(each.client.sm?.unacked, [])
  }
  const heard = () => people.reduce((sum, each) => sum + each.heard.length, 0)
  for (const until = Date.now() + 30_000; heard() < total && Date.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 50))
  for (const [number, each] of people.entries()) {
    checkOrder(each.heard, number, people)
    const incoming = (await readWholeArchive(each.client)).filter(
      ({ message }) => bareOf(message.attrs.to ?? '') === each.person.jid,
    )
    const archived = incoming.map(({ body }) => body)
    assert.deepEqual(archived.sort(), each.heard.sort())
    each.client.cut()
  }
})

/** Random steps; gives how many messages were sent. */
async function mingle(people: readonly Restless[], draw: Chance): Promise<number> {
  let total = 0
  for (let step = 0; step < STEPS; step++) {
    const from = draw(PEOPLE)
    const who = people[from]!
    const dice = draw(10)
    if (dice === 0) await who.move(true)
    else if (dice === 1) await who.move(false)
    else if (dice === 2) await new Promise((resolve) => setTimeout(resolve, draw(20)))
    else {
      const to = (from + 1 + draw(PEOPLE - 1)) % PEOPLE
      const count = who.sent.get(to) ?? 0
      who.sent.set(to, count + 1)
      const { jid } = people[to]!.person
      say(who.client, draw(2) === 0 ? jid : `${jid}/one`, `${from} to ${to}: ${count}`)
      total += 1
    }
  }
  return total
}

/** From each of the others: 0, 1, 2 … up to the last that was sent, each once. */
function checkOrder(heard: readonly string[], number: number, people: readonly Restless[]): void {
  for (const [from, other] of people.entries()) {
    const counts = heard.map((body) => BODY.exec(body)).filter((match) => match?.[1] === String(from))
    assert.deepEqual(
      counts.map((match) => Number(match?.[3])),
      Array.from({ length: other.sent.get(number) ?? 0 }, (_, at) => at),
      `from ${from} to ${number}`,
    )
  }
}
