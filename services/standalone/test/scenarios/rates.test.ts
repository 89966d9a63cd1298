/** SEC-01: what all of a user's connections may send together. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient } from '@heliograph/testkit'
import { bareOf, enter, newcomer, say, saying, settle } from '../support/actor.ts'

const PER_SECOND = 40
const EACH = 150
/** An edge handles what it has read of a socket, up to 64 KiB: much more than that has to come. */
const PADDING = 'x'.repeat(3_000)

// The domain's rate counts, where it has one, and the others stay. One owner of users: each new one begins with a full allowance, and of two
// that have just started one hands over to the other.
const scenario = await bothModes({
  counts: { session: 1 },
  config: {
    rates: { stanzasPerSecond: 10_000, burstSeconds: 1 },
    domains: [{ rates: { stanzasPerSecond: PER_SECOND } }],
  },
})

async function received(client: RawClient, from: string, count: number): Promise<string[]> {
  const bodies: string[] = []
  while (bodies.length < count) {
    const message = await client.expect((it) => it.name === 'message' && bareOf(it.attrs.from ?? '') === from, 30_000)
    assert.notEqual(message.attrs.type, 'error')
    bodies.push(message.getChildText('body') ?? '')
  }
  return bodies
}

scenario('all connections of a user share one rate, at whichever edges; others are not held up', async (site) => {
  const person = await site.person('loud')
  await using phone = await enter(site, person, { edge: 0 })
  await using desk = await enter(site, person, { edge: 1 })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  await using calm = await newcomer(site, 'calm', { edge: 0 })
  const began = performance.now()
  for (let i = 0; i < EACH; i++) {
    say(phone, bob.jid, `phone ${i} ${PADDING}`)
    say(desk, bob.jid, `desk ${i} ${PADDING}`)
  }
  say(calm, bob.jid, 'hello')
  await bob.expect(saying('hello'))
  const calmAfter = performance.now() - began
  const bodies = await received(bob, person.jid, 2 * EACH)
  const all = performance.now() - began
  // Nothing is lost, refused or taken out of order.
  for (const name of ['phone', 'desk']) {
    const of = bodies.filter((body) => body.startsWith(name))
    assert.deepEqual(
      of,
      Array.from({ length: EACH }, (_, i) => `${name} ${i} ${PADDING}`),
    )
  }
  // What is saved up for a second goes at once, and what each edge has read or has on its way until it is told.
  const least = ((2 * EACH - 6 * PER_SECOND) / PER_SECOND) * 1000
  assert.ok(all > least, `${all} ms`)
  assert.ok(calmAfter < all, `${calmAfter} of ${all} ms`)
  await settle(phone)
})

for (const transport of ['wss', 'boshs'] as const)
  scenario(`a client over ${transport} is slowed down and goes on`, async (site) => {
    await using loud = await newcomer(site, 'loud', { transport })
    await using bob = await newcomer(site, 'bob', { edge: 1 })
    for (let i = 0; i < EACH; i++) say(loud, bob.jid, `${i}`)
    const bodies = await received(bob, bareOf(loud.jid), EACH)
    assert.deepEqual(
      bodies,
      bodies.map((_, i) => `${i}`),
    )
  })
