/** What becomes of sessions, and of what waits for them, whose owner dies. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JULIET, numbers, ROMEO, say, verona } from './support/verona.ts'

const start = await verona()

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
