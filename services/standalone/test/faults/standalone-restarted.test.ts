import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Load, RawClient, Standalone } from '@heliograph/testkit'
import { announce, say } from '../support/actor.ts'
import { readArchive } from '../support/archive.ts'
import { befriend } from '../support/friends.ts'
import { getRoster } from '../support/roster.ts'

async function serve(t: TestContext): Promise<Standalone> {
  const server = await Standalone.start() // with a private Postgres, as `pnpm start` has
  t.after(() => server[Symbol.asyncDispose]())
  return server
}

const at = ({ ports, domain }: Standalone) => ({ port: ports.c2sTls!, domain, transport: 'tls' as const })

/** What was on its way to a client when its session died with the server is in that client's archive, no longer in its stream. */
const undelivered = /^\S+ → \S+: lost \d+/

test('a standalone server is killed with its database, again and again, while people talk', async (t) => {
  const server = await serve(t)
  await using load = await Load.start({
    pairs: 4,
    rate: 40,
    domain: server.domain,
    edges: () => [at(server)],
    createUser: (jid, password) => RawClient.register(at(server), jid.slice(0, jid.indexOf('@')), password),
  })
  for (let round = 0; round < 3; round++) {
    await load.flowing(15_000)
    await server.killAll()
    await server.process.start()
  }
  await load.flowing(15_000)
  const faults = await load.verdict()
  assert.deepEqual(
    faults.filter((fault) => !undelivered.test(fault)),
    [],
  )
  assert.equal(load.resumed, 0, 'sessions die with the process; who comes back logs in and sends again')
  assert.ok(load.rebound >= 3 * load.talkers.length)
})

for (const [how, end] of [
  ['is stopped in order', (server: Standalone) => server.process.drain()],
  ['is killed', (server: Standalone) => server.process.kill()],
  ['is killed with its database', (server: Standalone) => server.killAll()],
] as const)
  test(`accounts, rosters, the archive and what waits for the absent are there again when a standalone server ${how}`, async (t) => {
    const server = await serve(t)
    const login = (user: string) => RawClient.login(at(server), { user, password: `verona-balcony-${user}`, sm: true })
    for (const user of ['alice', 'bob', 'carol']) await RawClient.register(at(server), user, `verona-balcony-${user}`)
    const [alice, bob] = [await login('alice'), await login('bob')]
    for (const client of [alice, bob]) await getRoster(client)
    for (const client of [alice, bob]) await announce(client)
    await befriend(alice, bob)
    say(alice, `bob@${server.domain}`, 'remember me')
    say(alice, `carol@${server.domain}`, 'when you are back')
    await alice.acknowledged()
    await end(server)
    for (const client of [alice, bob]) client.cut()

    await server.process.start()
    await using again = await login('bob')
    const { items } = await getRoster(again)
    assert.deepEqual(items, [{ jid: `alice@${server.domain}`, subscription: 'both' }])
    const { items: archived } = await readArchive(again)
    assert.deepEqual(
      archived.map(({ body }) => body),
      ['remember me'],
    )
    await using carol = await login('carol')
    carol.send('<presence/>')
    const waiting = await carol.expect((it) => it.name === 'message')
    assert.equal(waiting.getChildText('body'), 'when you are back')
    assert.ok(waiting.getChild('delay', 'urn:xmpp:delay'))
  })
