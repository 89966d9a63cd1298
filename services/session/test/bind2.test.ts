import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { codecs, Envelope, Op, type Opened, PLAIN_OPEN } from '@heliograph/bus'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const ROMEO = 'romeo@montague.example'
const JULIET = 'juliet@capulet.example'
const start = () => TestCluster.start(servers, { users: ['juliet', ROMEO], edges: 2 })
const ORIGIN = { address: '127.0.0.1', secure: true, mechanism: 'PLAIN', transport: 'tcp' }

/** Binds as a client does that fetches its messages by itself. */
async function bind(client: Client, resource: string, name = '', manage = true): Promise<Opened> {
  const answer = await client.ask(Op.open, wish(resource, name, manage))
  assert.equal(answer.op, Op.opened)
  return codecs.opened.decode(answer.body!)
}

function wish(resource: string, name: string, manage: boolean): Buffer {
  return codecs.open.encode({ ...PLAIN_OPEN, ...ORIGIN, resource, client: name, fetches: true, manage, resume: manage })
}

const say = (from: Client, to: string, body: string) =>
  from.send(`<message to='${to}' type='chat'><body>${body}</body></message>`)

test('stream management begins with the session, and the session can be resumed', async () => {
  await using cluster = await start()
  const romeo = cluster.edge.connect(ROMEO)
  const opened = await bind(romeo, 'orchard')
  assert.equal(opened.managed, true)
  assert.notEqual(opened.smId, '')
  assert.deepEqual([opened.extent, opened.firstMessage, opened.lastMessage], [true, 0, 0])
  romeo.smId = opened.smId
  romeo.lose()
  const back = await cluster.edges[1]!.connect(ROMEO).resume(romeo, 0)
  assert.equal(back.jid, `${ROMEO}/orchard`)
})

test('copies come from the start', async () => {
  await using cluster = await start()
  const romeo = cluster.edge.connect(ROMEO)
  const body = codecs.open.encode({ ...PLAIN_OPEN, ...ORIGIN, resource: 'phone', copies: true })
  assert.equal((await romeo.ask(Op.open, body)).op, Op.opened)
  const desk = await cluster.edges[1]!.connect(ROMEO).login('desk')
  say(desk, JULIET, 'hello')
  const copy = await romeo.next((it) => it.has('{urn:xmpp:carbons:2}sent'))
  assert.equal(copy.from, ROMEO)
})

test('the sessions of the same installation give way, those of others stay', async () => {
  await using cluster = await start()
  const [old, lost, other] = [1, 2, 3].map(() => cluster.edge.connect(ROMEO)) as [Client, Client, Client]
  await bind(lost, 'Old/abc', 'abc')
  lost.lose()
  await bind(other, 'App/xyz', 'xyz')
  await bind(old, 'App/abc', 'abc')
  const back = cluster.edges[1]!.connect(ROMEO)
  await bind(back, 'App/abc', 'abc')
  await old.until(() => old.closedWith === 'conflict')
  assert.equal(back.jid, `${ROMEO}/App/abc`)
  assert.equal(other.closedWith, undefined)
})

test('what is in the archive is the client\u2019s to fetch; what came later, or is nowhere else, it is given', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  say(juliet, ROMEO, 'stored')
  juliet.send(
    `<message to='${ROMEO}' type='chat'><body>passing</body><no-permanent-store xmlns='urn:xmpp:hints'/></message>`,
  )
  await juliet.settled()
  const romeo = cluster.edge.connect(ROMEO)
  const opened = await bind(romeo, 'orchard', '', false)
  assert.ok(opened.extent && opened.firstMessage > 0 && opened.lastMessage === opened.firstMessage)
  say(juliet, ROMEO, 'after binding')
  await juliet.settled()
  romeo.send('<presence/>')
  await romeo.message('after binding')
  say(juliet, ROMEO, 'last')
  await romeo.message('last')
  assert.deepEqual(romeo.bodies, ['passing'])
  // Nothing waits any more.
  romeo.close()
  const again = await cluster.edge.connect(ROMEO).login('elsewhere')
  say(juliet, ROMEO, 'for all')
  await again.message('for all')
  assert.deepEqual(again.bodies, [])
})

test('a client that is gone before its answer leaves no session', async () => {
  await using cluster = await start()
  const romeo = cluster.edge.connect(ROMEO)
  const asked = new Envelope(Op.open)
  asked.body = wish('orchard', '', true)
  romeo.edge.tellOwner(romeo, asked)
  romeo.close()
  const again = cluster.edge.connect(ROMEO)
  assert.equal((await bind(again, 'orchard')).jid, `${ROMEO}/orchard`)
  assert.equal(again.closedWith, undefined)
})
