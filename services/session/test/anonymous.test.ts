import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const GUEST = 'one@guests.example'
const JULIET = 'juliet@capulet.example'
const domains = [
  { name: 'capulet.example' },
  { name: 'guests.example', anonymous: { loginsPerHour: 9, federation: false } },
]
const start = (sessions = 1) =>
  TestCluster.start(servers, { users: ['juliet'], sessions, edges: 2, config: { domains } })
const say = (from: Client, to: string, body: string) =>
  from.send(`<message to='${to}' type='chat'><body>${body}</body></message>`)

/** Somebody of the other's words was refused. */
const refused = (client: Client, body: string) => () =>
  client.heard.some((it) => it.type === 'error' && it.toString().includes(`<body>${body}</body>`))

for (const victim of [GUEST, JULIET])
  test(`the owner of ${victim} dies in the midst of a conversation with a guest, who stays`, async () => {
    await using cluster = await start(2)
    const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
    const guest = await cluster.edges[1]!.connect(GUEST).login('chat')
    say(guest, juliet.jid, 'before')
    say(juliet, guest.jid, 'before')
    await juliet.until(() => juliet.bodies.includes('before'))
    await guest.until(() => guest.bodies.includes('before'))
    await Promise.all([juliet.settled(), guest.settled()])
    await cluster.ownerOf(victim).kill()
    say(guest, juliet.jid, 'after')
    say(juliet, guest.jid, 'after')
    await juliet.until(() => juliet.bodies.includes('after'))
    await guest.until(() => guest.bodies.includes('after'))
    assert.deepEqual([guest.closedWith, juliet.closedWith], [undefined, undefined])
    assert.deepEqual(
      [guest.bodies, juliet.bodies],
      [
        ['before', 'after'],
        ['before', 'after'],
      ],
    )
  })

test('a guest cannot be resumed, and is nobody once its connection is lost', async () => {
  await using cluster = await start()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const guest = await cluster.edges[1]!.connect(GUEST).login('chat')
  assert.equal(guest.smId, '')
  say(juliet, guest.jid, 'hello')
  await guest.until(() => guest.bodies.includes('hello'))
  guest.lose()
  // What it had not acknowledged waits for nobody.
  say(juliet, GUEST, 'are you there?')
  await juliet.until(refused(juliet, 'are you there?'))
  say(juliet, guest.jid, 'really?')
  await juliet.until(refused(juliet, 'really?'))
})

test('what a guest did not get comes back to its sender', async () => {
  await using cluster = await start()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const guest = await cluster.edges[1]!.connect(GUEST).login('chat')
  guest.acknowledges = false
  say(juliet, guest.jid, 'unheard')
  await guest.until(() => guest.bodies.includes('unheard'))
  guest.lose()
  await juliet.until(refused(juliet, 'unheard'))
})

test('guests are not where nobody made room for them', async () => {
  await using cluster = await start()
  await assert.rejects(cluster.edge.connect('stranger@capulet.example').bind('x'), /not-allowed/)
  await cluster.edge.connect('anybody@guests.example').bind('x')
})
