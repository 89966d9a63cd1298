import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { connectDatabase } from '@heliograph/database'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { befriend, TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const ROMEO = 'romeo@montague.example'
const JULIET = 'juliet@capulet.example'
const start = (sessions = 2) => TestCluster.start(servers, { users: ['juliet', ROMEO], sessions, edges: 2 })
const say = (from: Client, to: Client | string, body: string) =>
  from.send(`<message to='${typeof to === 'string' ? to : to.jid}' type='chat'><body>${body}</body></message>`)
const numbers = (count: number) => Array.from({ length: count }, (_, n) => `m${n}`)

/** How often a client was told that the other left. */
const gone = (client: Client, other: Client) =>
  client.heard.filter(({ from, type }) => from === other.jid && type === 'unavailable')

/** How often each message is in an archive. */
async function archived(cluster: TestCluster, owner: string): Promise<Map<string, number>> {
  await using db = await connectDatabase({ url: cluster.databaseUrl, instance: 'test', poolSize: 1 })
  const { rows } = await db.query<{ stanza: string }>('all', 'SELECT stanza FROM archive WHERE owner = $1', [owner])
  const counts = new Map<string, number>()
  for (const { stanza } of rows) {
    const body = /<body>(.*)<\/body>/.exec(stanza)?.[1] ?? ''
    counts.set(body, (counts.get(body) ?? 0) + 1)
  }
  return counts
}

function assertOnceEach(counts: Map<string, number>, bodies: readonly string[]): void {
  assert.deepEqual(
    bodies.filter((body) => counts.get(body) !== 1).map((body) => [body, counts.get(body)]),
    [],
  )
}

for (const victim of ['sender', 'receiver'] as const) {
  test(`the owner of the ${victim} dies in the midst of a conversation`, async () => {
    await using cluster = await start()
    const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
    const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
    const bodies = numbers(300)
    for (const [n, body] of bodies.entries()) {
      say(juliet, romeo, body)
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      if (n === 150) await cluster.ownerOf(victim === 'sender' ? JULIET : ROMEO).kill()
    }
    await romeo.until(() => romeo.bodies.includes('m299'))
    await juliet.settled()
    assert.deepEqual(romeo.bodies, bodies)
    assertOnceEach(await archived(cluster, ROMEO), bodies)
    assertOnceEach(await archived(cluster, JULIET), bodies)
    assert.deepEqual([romeo.closedWith, juliet.closedWith], [undefined, undefined])
  })
}

test('both ways at once while everything is handed over in order', async () => {
  await using cluster = await start(1)
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  const [first] = cluster.instances
  const bodies = numbers(300)
  let handedOver: Promise<unknown> | undefined
  for (const [n, body] of bodies.entries()) {
    say(juliet, romeo, body)
    say(romeo, juliet, body)
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    if (n === 100) handedOver = cluster.startSession().then(() => first!.stop())
  }
  await Promise.all([romeo, juliet].map((client) => client.until(() => client.bodies.includes('m299'))))
  await handedOver
  await Promise.all([romeo.settled(), juliet.settled()])
  assert.deepEqual(romeo.bodies, bodies)
  assert.deepEqual(juliet.bodies, bodies)
  say(juliet, romeo, 'after all')
  await romeo.message('after all')
  await juliet.settled()
})

test('a hibernating session outlives its owner, with all that waits for it', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const lost = await cluster.edge.connect(ROMEO).login('orchard')
  lost.acknowledges = false
  say(juliet, lost, 'unheard')
  await lost.until(() => lost.bodies.length === 1)
  const h = lost.handled - 1
  lost.lose()
  say(juliet, lost, 'while away')
  await juliet.settled()
  await new Promise((resolve) => setTimeout(resolve, 50))
  await cluster.ownerOf(ROMEO).kill()
  say(juliet, lost, 'while nobody was responsible')
  const back = await cluster.edges[1]!.connect(ROMEO).resume(lost, h)
  await back.until(() => back.bodies.length === 3)
  assert.deepEqual(back.bodies, ['unheard', 'while away', 'while nobody was responsible'])
})

test('a client resumes at another edge while a new owner takes over', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const old = await cluster.edge.connect(ROMEO).login('orchard')
  old.acknowledges = false
  say(juliet, old, 'unheard')
  await old.until(() => old.bodies.length === 1)
  const h = old.handled - 1
  await cluster.ownerOf(ROMEO).kill()
  say(juliet, old, 'meanwhile')
  const back = await cluster.edges[1]!.connect(ROMEO).resume(old, h)
  await back.until(() => back.bodies.length === 2)
  assert.deepEqual(back.bodies, ['unheard', 'meanwhile'])
  await old.until(() => old.closedWith === 'conflict')
})

test('nobody sees anybody leave when an owner dies, and who does leave is seen to once', async () => {
  await using cluster = await start()
  await befriend(cluster, JULIET, ROMEO)
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  await juliet.presence(romeo.jid)
  await cluster.ownerOf(ROMEO).kill()
  say(juliet, romeo, 'still there?')
  await romeo.message('still there?')
  assert.deepEqual(gone(juliet, romeo), [])
  romeo.close()
  await juliet.presence(romeo.jid, 'unavailable')
  say(juliet, 'capulet.example', 'a marker')
  await juliet.next(({ type }) => type === 'error')
  assert.deepEqual(gone(juliet, romeo), [])
})

test('a connection that was lost while nobody was responsible can be resumed', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const lost = await cluster.edge.connect(ROMEO).login('orchard')
  lost.acknowledges = false
  say(juliet, lost, 'unheard')
  await lost.until(() => lost.bodies.length === 1)
  const h = lost.handled - 1
  await cluster.ownerOf(ROMEO).kill()
  lost.lose()
  const back = await cluster.edges[1]!.connect(ROMEO).resume(lost, h)
  await back.message('unheard')
})

test('shared state that comes back empty is filled again: a later death loses nothing', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const lost = await cluster.edge.connect(ROMEO).login('orchard')
  lost.acknowledges = false
  say(juliet, lost, 'unheard')
  await lost.until(() => lost.bodies.length === 1)
  const h = lost.handled - 1
  lost.lose()
  await juliet.settled()
  cluster.liveState.clear()
  await new Promise((resolve) => setTimeout(resolve, 2500))
  await cluster.ownerOf(ROMEO).kill()
  const back = await cluster.edges[1]!.connect(ROMEO).resume(lost, h)
  await back.message('unheard')
})

test('what others were given before is not given to a resource again by a new owner', async () => {
  await using cluster = await start()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const phone = await cluster.edges[0]!.connect(ROMEO).login('phone')
  const desk = await cluster.edges[1]!.connect(ROMEO).login('desk', '<presence><priority>5</priority></presence>')
  say(juliet, ROMEO, 'for the desk')
  await desk.message('for the desk')
  desk.close()
  await phone.presence(desk.jid, 'unavailable')
  await cluster.ownerOf(ROMEO).kill()
  say(juliet, ROMEO, 'for the phone')
  await phone.message('for the phone')
  assert.deepEqual(phone.bodies, [])
})

test('what a resource never acknowledged goes to one of lower priority when its session ends', async () => {
  await using cluster = await start(1)
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const phone = await cluster.edges[0]!.connect(ROMEO).login('phone')
  const desk = await cluster.edges[1]!.connect(ROMEO).login('desk', '<presence><priority>5</priority></presence>')
  desk.acknowledges = false
  say(juliet, ROMEO, 'unheard')
  await desk.until(() => desk.bodies.length === 1)
  desk.close()
  await phone.message('unheard')
})

test('what was stored for a hibernating session, and not yet in its queue when its owner died, is there when it is resumed', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const lost = await cluster.edge.connect(ROMEO).login('orchard')
  lost.lose()
  say(juliet, lost, 'queued')
  await juliet.settled()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const { liveState } = cluster
  const append = liveState.append.bind(liveState)
  liveState.append = () => new Promise(() => {})
  say(juliet, lost, 'stored')
  await juliet.settled()
  await cluster.ownerOf(ROMEO).kill()
  liveState.append = append
  const back = await cluster.edges[1]!.connect(ROMEO).resume(lost)
  say(juliet, lost, 'new')
  await back.until(() => back.bodies.length === 3)
  assert.deepEqual(back.bodies, ['queued', 'stored', 'new'])
})

test('what waits for a hibernating session stays, although its edge has not heard yet that its loss is recorded', async () => {
  await using cluster = await start()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const lost = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  lost.lose()
  await lost.until(() => !cluster.edges[1]!.clients.has(lost.conn))
  juliet.send(`<presence to='${lost.jid}'><status>asleep</status></presence>`)
  await juliet.settled()
  await new Promise((resolve) => setTimeout(resolve, 50))
  cluster.edges[1]!.clients.set(lost.conn, lost)
  await cluster.ownerOf(ROMEO).kill()
  say(juliet, lost, 'for the new owner')
  await juliet.settled()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const back = await cluster.edges[0]!.connect(ROMEO).resume(lost)
  await back.message('for the new owner')
  assert.deepEqual(
    back.heard.map(({ from }) => from),
    [juliet.jid],
  )
})

test('what waits is kept until a client acknowledges it: owner and edge may die while it is handed over', async () => {
  await using cluster = await start()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  juliet.send(
    `<message to='${ROMEO}' type='chat'><body>whispered</body><no-permanent-store xmlns='urn:xmpp:hints'/></message>`,
  )
  say(juliet, ROMEO, 'said')
  await juliet.settled()
  const lost = await cluster.edges[1]!.connect(ROMEO).bind('phone')
  await lost.enable()
  lost.acknowledges = false
  lost.send('<presence/>')
  await lost.until(() => lost.bodies.length === 2)
  await cluster.edges[1]!.stop()
  await cluster.ownerOf(ROMEO).kill()
  const back = await cluster.edges[0]!.connect(ROMEO).login('desk')
  await back.until(() => back.bodies.length === 2)
  assert.deepEqual(back.bodies, ['whispered', 'said'])
  await back.settled()
  back.close()
  const third = await cluster.edges[0]!.connect(ROMEO).login('tablet')
  say(juliet, ROMEO, 'new')
  await third.message('new')
  assert.deepEqual(third.bodies, [])
})

test('a new owner hands over what its predecessor could not', async () => {
  await using cluster = await start()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  say(juliet, ROMEO, 'waiting')
  await juliet.settled()
  const romeo = await cluster.edges[1]!.connect(ROMEO).bind('phone')
  await romeo.enable()
  const owner = cluster.ownerOf(ROMEO)
  // It dies before it has read what waits.
  owner.database.query = () => new Promise(() => {})
  romeo.send('<presence/>')
  await romeo.settled()
  await owner.kill()
  await romeo.message('waiting')
})

for (const how of ['closes its stream', 'loses its connection and binds anew'] as const)
  test(`a client that ${how} while nobody is responsible: what it never acknowledged, or its dead owner could not send, waits for the next`, async () => {
    await using cluster = await start()
    const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
    const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
    romeo.acknowledges = false
    say(juliet, romeo, 'unacknowledged')
    await romeo.until(() => romeo.bodies.length === 1)
    romeo.hear = () => {}
    say(juliet, ROMEO, 'unsent')
    await juliet.settled()
    await cluster.ownerOf(ROMEO).kill()
    if (how === 'closes its stream') romeo.close()
    else romeo.lose()
    const next = await cluster.edges[1]!.connect(ROMEO).login('orchard')
    await next.until(() => next.bodies.length === 2)
    assert.deepEqual(next.bodies, ['unacknowledged', 'unsent'])
  })

test('a client whose owner died when shared state was lost comes back, and gets what it was sent meanwhile', async () => {
  await using cluster = await start()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  cluster.liveState.clear()
  await cluster.ownerOf(ROMEO).kill()
  say(juliet, ROMEO, 'to the account')
  say(juliet, romeo, 'to the client')
  await romeo.until(() => romeo.closedWith === 'reset')
  const next = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  await next.until(() => next.bodies.length === 2)
  assert.deepEqual(next.bodies, ['to the account', 'to the client'])
})

for (const connected of [true, false])
  test(`a client that is ${connected ? '' : 'not '}there when its owner dies and shared state is lost learns what was taken of what it said`, async () => {
    await using cluster = await start()
    const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
    const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
    cluster.liveState.clear()
    await cluster.ownerOf(ROMEO).kill()
    for (const body of numbers(20)) say(romeo, JULIET, body)
    if (connected) {
      await romeo.until(() => romeo.closedWith === 'reset')
      assert.equal(romeo.custody, romeo.count)
    } else {
      romeo.lose()
      const back = cluster.edges[0]!.connect(ROMEO)
      await assert.rejects(back.resume(romeo), { message: 'item-not-found', handled: romeo.count - romeo.base })
    }
    await juliet.until(() => juliet.bodies.length === 20)
    assert.deepEqual(juliet.bodies, numbers(20))
  })

test('of much that was archived a new owner recognises the last when it is said again in another session', async () => {
  await using cluster = await start()
  const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  const sayAs = (from: Client, id: string) =>
    from.send(
      `<message to='${JULIET}' type='chat'><body>${id}</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`,
    )
  for (const id of numbers(150)) sayAs(romeo, id)
  await romeo.settled()
  await cluster.ownerOf(ROMEO).kill()
  const back = await cluster.edges[0]!.connect(ROMEO).login('phone')
  for (const id of ['new', 'm149', 'm100']) sayAs(back, id)
  await back.settled()
  assertOnceEach(await archived(cluster, ROMEO), ['new', 'm149', 'm100'])
})
