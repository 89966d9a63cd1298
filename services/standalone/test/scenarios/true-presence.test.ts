/** PRES-03, PRES-15, PRES-17 together: however people come, go and change, in the end everybody sees what is true. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { bothModes, type Chance, chance, type Person, RawClient, type Site } from '@heliograph/testkit'
import { bareOf, enter, settle } from '../support/actor.ts'
import { befriend } from '../support/friends.ts'

const PEOPLE = 4
const STEPS = 120
/** Longer than presence is held back when it flaps. */
const CALM_MS = 2_500
/** How long a busy machine may take for the rest. */
const PATIENCE_MS = 20_000

interface Presence {
  readonly client: RawClient
  /** What it said last. */
  readonly status: string
}

const scenario = await bothModes()

scenario('four friends with several resources come, go, break and change', async (site, test) => {
  const draw = chance(test)
  const people: Person[] = []
  for (let number = 0; number < PEOPLE; number++) people.push(await site.person(`friend${number}`))
  await everybodyKnowsEverybody(site, people)
  const present = await wander(site, people, draw)
  await sleep(CALM_MS)
  for (const { client } of present) await settle(client)
  const truth = new Map(present.map(({ client, status }) => [client.jid, status]))
  const allSeeIt = () => present.every(({ client }) => isDeepStrictEqual(viewOf(client), truth))
  for (const until = Date.now() + PATIENCE_MS; !allSeeIt() && Date.now() < until; ) await sleep(50)
  for (const { client } of present) {
    const seen = viewOf(client)
    assert.deepEqual(Object.fromEntries([...seen].sort()), Object.fromEntries([...truth].sort()), client.jid)
  }
  for (const { client } of present) client.cut()
})

async function everybodyKnowsEverybody(site: Site, people: readonly Person[]): Promise<void> {
  const clients = await Promise.all(people.map((person, edge) => enter(site, person, { edge })))
  for (const [at, one] of clients.entries()) for (const other of clients.slice(at + 1)) await befriend(one, other)
  await Promise.all(clients.map((client) => client.close()))
}

/** Random comings and goings; gives who is there in the end. */
async function wander(site: Site, people: readonly Person[], draw: Chance): Promise<Presence[]> {
  let present: Presence[] = []
  for (let step = 0; step < STEPS; step++) {
    const dice = draw(10)
    const chosen = present[draw(Math.max(1, present.length))]
    if (chosen === undefined || (dice < 3 && present.length < PEOPLE * 2)) {
      const person = people[draw(PEOPLE)]!
      const client = await enter(site, person, { edge: step, sm: draw(2) === 0, priority: false })
      present.push(say(client, step))
    } else if (dice < 5) {
      present = present.filter((each) => each !== chosen)
      if (chosen.client.sm === undefined && draw(2) === 0) chosen.client.cut()
      else await chosen.client.close()
    } else if (dice === 5 && chosen.client.sm !== undefined) {
      const again = await resumed(site, people, chosen, step)
      present = present.map((each) => (each === chosen ? again : each))
    } else {
      const changed = say(chosen.client, step)
      present = present.map((each) => (each === chosen ? changed : each))
    }
  }
  return present
}

function say(client: RawClient, step: number): Presence {
  const status = `said at ${step}`
  client.send(`<presence><status>${status}</status></presence>`)
  return { client, status }
}

async function resumed(
  site: Site,
  people: readonly Person[],
  { client, status }: Presence,
  edge: number,
): Promise<Presence> {
  client.cut()
  const person = people.find(({ jid }) => jid === bareOf(client.jid))!
  const again = await RawClient.resumed(site.at(edge, 'tls'), person, client)
  again.received.unshift(...client.received)
  return { client: again, status }
}

/** Status by full address, of all that a client believes to be there. */
function viewOf({ received }: RawClient): Map<string, string> {
  const view = new Map<string, string>()
  for (const it of received) {
    if (it.name !== 'presence') continue
    const from = it.attrs.from ?? ''
    if (it.attrs.type === 'unavailable') view.delete(from)
    else if (it.attrs.type === undefined) view.set(from, it.getChildText('status') ?? '')
  }
  return view
}
