import type { Chance, RawClient, RawStream } from '@heliograph/testkit'
import { parseDocument } from '@heliograph/xml'
import { Actor } from './actor.ts'
import type { Findings } from './findings.ts'
import type { Speech, Target } from './speech.ts'
import type { Tally } from './tally.ts'
import { pick } from './words.ts'
import { COMPONENT, HOME, targetsOf, type World } from './world.ts'

const LOCALS = ['', 'a@', 'b@', 'c@']

/** An actor, and how it speaks. */
interface Role {
  readonly actor: Actor
  readonly speak: (targets: readonly Target[]) => void
}

/** What a cast needs. */
export interface Stage {
  readonly world: World
  readonly speech: Speech
  readonly chance: Chance
  readonly findings: Findings
  readonly tally: Tally
}

/** Those who speak, until one of them is out, or their time is over. */
export class Cast {
  readonly #roles: readonly Role[]
  readonly #targets: readonly Target[]

  private constructor(roles: readonly Role[], targets: readonly Target[]) {
    this.#roles = roles
    this.#targets = targets
  }

  /** Logs all in, and lets them do what makes the rest worth while: friends, a room, a node. */
  static async enter({ world, speech, chance, findings, tally }: Stage): Promise<Cast> {
    const play = (name: string, stream: RawStream): Actor =>
      new Actor({
        ...{ name, stream, chance, findings, tally },
        hears: (stanza) => speech.learn(stanza),
        answer: () => speech.payload(),
      })
    const [admin, ann, ben, far] = [
      await world.enter('admin'),
      await world.enter('ann'),
      await world.enter('ben'),
      await world.enter('far'),
    ]
    const people = [admin, ann, ben, far]
    const rooms = ['fuzz', `fuzz-${chance(1_000_000)}`].map((local) => `${local}@conference.${HOME}`)
    const targets = await targetsOf(
      ann,
      people.map(({ jid }) => jid),
      rooms,
    )
    for (const client of people) greet(client, people, rooms)
    const roles = people.map((client) => roleOf(play(nameOf(client), client), speech))
    const parts = play('component', await world.component())
    const speak = (others: readonly Target[]): void => {
      const stanza = speech.next(
        others.filter(({ address }) => address !== undefined),
        true,
      )
      stanza.attrs.from = `${pick(chance, LOCALS)}${COMPONENT}${pick(chance, ['', '/r'])}`
      parts.send(stanza)
    }
    return new Cast([...roles, { actor: parts, speak }], targets)
  }

  /** Each says so much; false once somebody's stream is over. */
  async round(stanzas: number): Promise<boolean> {
    for (const { actor, speak } of this.#roles)
      for (let left = stanzas; left > 0 && actor.ended === undefined; left--) speak(this.#targets)
    await Promise.all(this.#roles.map(({ actor }) => actor.settled()))
    return this.#roles.every(({ actor }) => actor.ended === undefined)
  }

  /** All say these, one after the other. */
  async repeat(cases: readonly string[]): Promise<void> {
    for (const [at, xml] of cases.entries()) {
      for (const { actor } of this.#roles.slice(0, -1)) {
        const stanza = parseDocument(xml).element
        if (stanza.name === 'iq') stanza.attrs.id = `case-${at}`
        actor.send(stanza)
      }
      await Promise.all(this.#roles.map(({ actor }) => actor.settled()))
    }
  }

  async leave(): Promise<void> {
    await Promise.all(this.#roles.map(({ actor }) => actor.leave()))
  }
}

const nameOf = (client: RawClient): string => client.jid.split('-')[0]!

function roleOf(actor: Actor, speech: Speech): Role {
  return { actor, speak: (targets) => actor.send(speech.next(targets)) }
}

function greet(client: RawClient, people: readonly RawClient[], rooms: readonly string[]): void {
  client.send('<presence/>')
  for (const { jid } of people) {
    const to = jid.split('/')[0]!
    for (const type of ['subscribe', 'subscribed'])
      if (jid !== client.jid) client.send(`<presence to='${to}' type='${type}'/>`)
  }
  const x = "<x xmlns='http://jabber.org/protocol/muc'/>"
  for (const room of rooms) {
    client.send(`<presence to='${room}/${nameOf(client)}'>${x}</presence>`)
    // Whoever made it opens it.
    client.send(
      requestXml(
        room,
        "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>",
      ),
    )
  }
  client.send(
    requestXml(`pubsub.${HOME}`, "<pubsub xmlns='http://jabber.org/protocol/pubsub'><create node='node-1'/></pubsub>"),
  )
}

const requestXml = (to: string, payload: string): string => `<iq type='set' id='greet' to='${to}'>${payload}</iq>`
