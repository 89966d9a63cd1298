import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectDatabase } from '@heliograph/database'
import type { Client } from './support/client.ts'
import { befriend, type TestCluster } from './support/cluster.ts'
import { JULIET, numbers, ROMEO, say, verona } from './support/verona.ts'

const start = await verona()

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
