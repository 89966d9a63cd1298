import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectDatabase } from '@heliograph/database'
import { NS } from '@heliograph/stanza'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { befriend, TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const ROMEO = 'romeo@montague.example'
const JULIET = 'juliet@capulet.example'
const start = (resumeSeconds = 60, users = ['juliet', ROMEO]) =>
  TestCluster.start(servers, { users, edges: 2, config: { streamManagement: { resumeSeconds } } })

const say = (from: Client, to: Client | string, body: string) =>
  from.send(`<message to='${typeof to === 'string' ? to : to.jid}' type='chat'><body>${body}</body></message>`)

test('a session is resumed at another edge: nothing lost, nothing twice, in order', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const lost = await cluster.edge.connect(ROMEO).login('orchard')
  lost.acknowledges = false
  say(juliet, lost, 'heard')
  await lost.until(() => lost.bodies.includes('heard'))
  const h = lost.handled
  // Written by the edge, but the client never saw it.
  say(juliet, lost, 'unheard')
  await lost.until(() => lost.bodies.includes('unheard'))
  lost.lose()
  say(juliet, lost, 'while away')
  await juliet.settled()
  const back = await cluster.edges[1]!.connect(ROMEO).resume(lost, h)
  say(juliet, lost, 'after')
  await back.until(() => back.bodies.length === 3)
  assert.deepEqual(back.bodies, ['unheard', 'while away', 'after'])
  assert.equal(back.jid, lost.jid)
  say(back, juliet, 'I am back')
  await juliet.message('I am back')
  await back.settled()
})

test('what the client sent and was not told of is sent again, and arrives once', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const lost = await cluster.edge.connect(ROMEO).login('orchard')
  for (let n = 0; n < 20; n++) say(lost, juliet, `m${n}`)
  lost.lose()
  const back = await cluster.edges[1]!.connect(ROMEO).resume(lost)
  say(back, juliet, 'm20')
  await juliet.message('m20')
  assert.deepEqual(
    juliet.bodies,
    Array.from({ length: 20 }, (_, n) => `m${n}`),
  )
})

test('a session resumed while its old stream lives takes it over', async () => {
  await using cluster = await start()
  const old = await cluster.edge.connect(ROMEO).login('orchard')
  const back = await cluster.edges[1]!.connect(ROMEO).resume(old)
  await old.until(() => old.closedWith === 'conflict')
  assert.equal(back.jid, old.jid)
})

test('an edge dies: its sessions hibernate, those without stream management end, and watchers hear of it once', async () => {
  await using cluster = await start(2)
  await befriend(cluster, JULIET, ROMEO)
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const managed = await cluster.edges[1]!.connect(ROMEO).login('managed')
  const plain = await cluster.edges[1]!.connect(ROMEO).bind('plain')
  plain.send('<presence/>')
  await juliet.presence(managed.jid)
  await juliet.presence(plain.jid)
  await cluster.edges[1]!.kill()
  await juliet.presence(plain.jid, 'unavailable')
  // She may have been told twice that he is there: to all who see him, and in answer to her probe.
  assert.deepEqual(
    juliet.heard.filter(({ from, type }) => from === managed.jid && type === 'unavailable'),
    [],
  )
  say(juliet, ROMEO, 'for later')
  await juliet.presence(managed.jid, 'unavailable')
  await sleep(1500)
  assert.deepEqual(
    juliet.heard.filter(({ from, type }) => type === 'unavailable' && (from === managed.jid || from === plain.jid)),
    [],
  )
  const again = await cluster.edge.connect(ROMEO).login('orchard')
  assert.equal((await again.message('for later')).type, 'chat')
})

test('a client comes back after its edge died', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const lost = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  await cluster.edges[1]!.kill()
  say(juliet, lost, 'one')
  const back = await cluster.edge.connect(ROMEO).resume(lost)
  say(juliet, lost, 'two')
  await back.until(() => back.bodies.length === 2)
  assert.deepEqual(back.bodies, ['one', 'two'])
  assert.deepEqual(
    back.heard.filter(({ type }) => type === 'unavailable'),
    [],
  )
})

test('what a session leaves unacknowledged goes to the next one, or to those who have not had it', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const first = await cluster.edge.connect(ROMEO).login('first')
  const second = await cluster.edge.connect(ROMEO).login('second')
  first.acknowledges = false
  say(juliet, ROMEO, 'to both')
  say(juliet, first, 'to the first')
  await first.until(() => first.bodies.length === 2)
  first.close()
  await second.message('to the first')
  assert.deepEqual(second.bodies, ['to both'])
  second.acknowledges = false
  say(juliet, second, 'to nobody')
  await second.message('to nobody')
  second.close()
  const third = await cluster.edge.connect(ROMEO).login('third')
  await third.message('to nobody')
  assert.deepEqual(third.bodies, [])
})

test('a request that a lost session cannot answer is answered for it', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const romeo = await cluster.edge.connect(ROMEO).login('orchard')
  romeo.acknowledges = false
  juliet.send(`<iq type='get' id='v1' to='${romeo.jid}'><query xmlns='jabber:iq:version'/></iq>`)
  await romeo.next(({ id }) => id === 'v1')
  romeo.close()
  const error = await juliet.next(({ id }) => id === 'v1')
  assert.match(String(error), /recipient-unavailable/)
})

test('too much unacknowledged ends the session, and nothing of it is lost', async () => {
  await using cluster = await TestCluster.start(servers, {
    users: ['juliet', ROMEO],
    config: { streamManagement: { maxUnackedStanzas: 10 } },
  })
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const romeo = await cluster.edge.connect(ROMEO).login('orchard')
  romeo.acknowledges = false
  const bodies = Array.from({ length: 20 }, (_, n) => `m${n}`)
  for (const body of bodies) say(juliet, ROMEO, body)
  await romeo.until(() => romeo.closedWith === 'resource-constraint')
  await juliet.settled()
  const again = await cluster.edge.connect(ROMEO).login('orchard')
  await again.until(() => again.bodies.length === 20)
  assert.deepEqual(again.bodies, bodies)
})

test('what may not be stored for good waits for its receiver too, and then there is no trace of it', async () => {
  await using cluster = await TestCluster.start(servers, { users: ['juliet', ROMEO] })
  await using db = await connectDatabase({ url: cluster.databaseUrl, instance: 'test', poolSize: 1 })
  const whisper = (from: Client, to: string, body: string) =>
    from.send(`<message to='${to}' type='chat'><body>${body}</body><no-permanent-store xmlns='${NS.hints}'/></message>`)
  const archived = async (client: Client) => {
    client.heard.length = 0
    const fin = await client.iq('set', `<query xmlns='${NS.mam}'/>`)
    const results = client.heard.filter((stanza) => stanza.child('result', NS.mam))
    return [results.length, fin.child('fin', NS.mam)?.attrs.complete]
  }
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  whisper(juliet, ROMEO, 'one')
  await juliet.settled()
  const lurker = await cluster.edge.connect(ROMEO).bind('lurker') // nothing is given to it
  assert.deepEqual(await archived(lurker), [0, 'true'])

  const first = await cluster.edge.connect(ROMEO).bind('first')
  await first.enable()
  first.acknowledges = false
  first.send('<presence/>')
  await first.until(() => first.bodies.length === 1)
  whisper(juliet, ROMEO, 'two')
  await first.until(() => first.bodies.length === 2)
  const beside = await cluster.edge.connect(ROMEO).login('beside')
  first.close()
  await beside.until(() => beside.bodies.length === 2)
  whisper(juliet, first.jid, 'three')
  await beside.message('three')
  assert.deepEqual(beside.bodies, ['one', 'two'])
  for (const client of [juliet, beside]) {
    await client.settled()
    assert.deepEqual(await archived(client), [0, 'true'])
  }
  // Once acknowledged it goes, in its own time.
  let rows: unknown[] = []
  for (let attempt = 0; attempt < 100; attempt++) {
    rows = (await db.query('rows', 'SELECT owner FROM archive')).rows
    if (rows.length === 0) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.deepEqual(rows, [])
})

test('without an archive messages wait for their receiver all the same, and are gone when it has them', async () => {
  await using cluster = await TestCluster.start(servers, {
    users: ['juliet', ROMEO],
    config: { archive: { enabled: false } },
  })
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  assert.doesNotMatch(String(await juliet.iq('get', `<query xmlns='${NS.discoInfo}'/>`, JULIET)), /urn:xmpp:mam/)
  for (const type of ['get', 'set'] as const)
    assert.match(String(await juliet.iq(type, `<query xmlns='${NS.mam}'/>`)), /<service-unavailable /)
  say(juliet, ROMEO, 'one')
  await juliet.settled()
  const first = await cluster.edge.connect(ROMEO).bind('first')
  await first.enable()
  first.acknowledges = false
  first.send('<presence/>')
  await first.until(() => first.bodies.length === 1)
  say(juliet, ROMEO, 'two')
  await first.until(() => first.bodies.length === 2)
  first.close()
  const second = await cluster.edge.connect(ROMEO).login('second')
  await second.until(() => second.bodies.length === 2)
  assert.deepEqual(second.bodies, ['one', 'two'])
  second.close()
  const third = await cluster.edge.connect(ROMEO).login('third')
  say(juliet, ROMEO, 'three')
  await third.message('three')
  assert.deepEqual(third.bodies, [])
})
