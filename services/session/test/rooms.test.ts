import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Op } from '@heliograph/bus'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const ROMEO = 'romeo@montague.example'
const JULIET = 'juliet@capulet.example'
const TEA = 'tea@conference.capulet.example'
const BEES = 'bees@conference.capulet.example'
const said = (body: string | number) => `<message type='groupchat'><body>${body}</body></message>`
const bodiesFrom = (client: Client, room: string) =>
  client.heard
    .filter(({ from, name }) => name === 'message' && from?.startsWith(room))
    .map((message) => message.childText('body', 'jabber:client'))
const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n}`)

async function start(sessions = 2) {
  const cluster = await TestCluster.start(servers, { users: ['juliet', ROMEO], sessions, edges: 2 })
  const rooms = await cluster.startRooms()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  // As occupants do: that a room knows them is in their records.
  for (const each of [juliet, romeo]) for (const room of [TEA, BEES]) each.send(`<presence to='${room}/host'/>`)
  await Promise.all([juliet.settled(), romeo.settled()])
  return { cluster, rooms, juliet, romeo, everybody: [juliet.jid, romeo.jid] }
}

test('what a room says goes to the sessions it names, one frame an instance, and nowhere else', async () => {
  const { cluster, rooms, juliet, romeo, everybody } = await start()
  await using _ = cluster
  const other = await cluster.edges[0]!.connect(JULIET).login('kitchen')
  other.send("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>")
  for (const body of numbers(20)) await rooms.say(TEA, everybody, said(body))
  await Promise.all([juliet, romeo].map((each) => each.until(() => bodiesFrom(each, TEA).length === 20)))
  assert.deepEqual(
    [bodiesFrom(juliet, TEA), bodiesFrom(romeo, TEA), bodiesFrom(other, TEA)],
    [numbers(20), numbers(20), []],
  )
  assert.equal(
    other.heard.some((stanza) => stanza.has('{urn:xmpp:carbons:2}received')),
    false,
  )
})

test('a room whose occupant is blocked by its user is not heard, and does not learn of it', async () => {
  const { cluster, rooms, romeo } = await start(1)
  await using _ = cluster
  romeo.send(`<iq type='set' id='b'><block xmlns='urn:xmpp:blocking'><item jid='${TEA}/host'/></block></iq>`)
  await romeo.settled()
  await rooms.say(TEA, [romeo.jid], said('blocked'))
  await rooms.say(BEES, [romeo.jid], said('not blocked'))
  await romeo.until(() => bodiesFrom(romeo, BEES).length === 1)
  assert.deepEqual(bodiesFrom(romeo, TEA), [])
  assert.deepEqual(
    rooms.heardOps(Op.route).filter(({ stanza }) => stanza?.name === 'message'),
    [],
  )
})

test('an owner of users dies while rooms chat: nobody misses, repeats or reorders anything', async () => {
  const { cluster, rooms, juliet, romeo, everybody } = await start()
  await using _ = cluster
  await juliet.enable()
  const bodies = numbers(300)
  for (const [n, body] of bodies.entries()) {
    for (const room of [TEA, BEES]) void rooms.say(room, everybody, said(body))
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    if (n === 100) await cluster.ownerOf(JULIET).kill()
    if (n === 200) await cluster.startSession()
  }
  for (const each of [juliet, romeo])
    for (const room of [TEA, BEES]) {
      await each.until(() => bodiesFrom(each, room).includes('299'))
      assert.deepEqual(bodiesFrom(each, room), bodies)
    }
})

test('a session that hibernates has everything when it is resumed, also from another owner', async () => {
  const { cluster, rooms, juliet, everybody } = await start()
  await using _ = cluster
  await juliet.enable()
  const first = numbers(10)
  for (const body of first) await rooms.say(TEA, everybody, said(body))
  await juliet.until(() => bodiesFrom(juliet, TEA).length === 10)
  juliet.acknowledge()
  juliet.lose()
  for (const body of ['a', 'b', 'c']) await rooms.say(TEA, everybody, said(body))
  await cluster.ownerOf(JULIET).kill()
  for (const body of ['d', 'e']) await rooms.say(TEA, everybody, said(body))
  const again = await cluster.edges[1]!.connect(JULIET).resume(juliet)
  await rooms.say(TEA, everybody, said('f'))
  await again.until(() => bodiesFrom(again, TEA).includes('f'))
  assert.deepEqual(bodiesFrom(again, TEA), ['a', 'b', 'c', 'd', 'e', 'f'])
  // The edge was told how far it is with the room: the next owner goes by that.
  await cluster.startSession()
  await cluster.ownerOf(JULIET).kill()
  await rooms.say(TEA, everybody, said('g'))
  await again.until(() => bodiesFrom(again, TEA).includes('g'))
  assert.deepEqual(bodiesFrom(again, TEA), ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
})

test('owners of rooms are told who thinks to be in them', async () => {
  const { cluster, rooms, juliet, romeo } = await start(1)
  await using _ = cluster
  await rooms.say(BEES, [juliet.jid, romeo.jid], "<presence type='unavailable'/>")
  await rooms.say(TEA, [juliet.jid], said('welcome'))
  const next = await cluster.startRooms()
  await rooms.stop()
  const pairs = () =>
    next
      .heardOps(Op.believe)
      .flatMap(({ recipients = [], ids = [] }) =>
        ids.map((id, i) => `${recipients[2 * i]} ${recipients[2 * i + 1]} ${id > 0}`),
      )
  await next.until(() => pairs().length >= 2)
  assert.deepEqual(new Set(pairs()), new Set([`${juliet.jid} ${TEA}/host true`, `${romeo.jid} ${TEA}/host false`]))
})

test('what a room says to one whose session was lost with shared state waits for the next session, or its sender learns that he is gone', async () => {
  const { cluster, rooms, juliet, romeo } = await start()
  await using _ = cluster
  cluster.liveState.clear()
  for (const owner of new Set([JULIET, ROMEO].map((user) => cluster.ownerOf(user)))) await owner.kill()
  await cluster.startSession()
  const whisper = (to: Client, body: string) => rooms.say(TEA, [to.jid], said(body).replace('groupchat', 'chat'))
  void whisper(romeo, 'before')
  for (const each of [juliet, romeo]) await each.until(() => each.closedWith === 'reset')
  for (const each of [juliet, romeo]) for (const body of ['meanwhile', 'and then']) await whisper(each, body)
  const next = await cluster.edges[0]!.connect(ROMEO).login('orchard')
  const gone = (client: Client) =>
    rooms.heardOps(Op.route).filter(({ stanza }) => stanza?.type === 'error' && stanza.from === client.jid).length
  // All of it in one of two ways, however long the sessions took to end.
  await next.until(() => bodiesFrom(next, TEA).length + gone(romeo) >= 3)
  await rooms.until(() => gone(juliet) >= 2)
  const heard = bodiesFrom(next, TEA)
  assert.equal(new Set(heard).size, heard.length)
  assert.equal(heard.length + gone(romeo) + gone(juliet), 5)
})
