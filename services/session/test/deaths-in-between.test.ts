import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const ROMEO = 'romeo@montague.example'
const JULIET = 'juliet@capulet.example'
const start = (sessions = 2) => TestCluster.start(servers, { users: ['juliet', ROMEO], sessions, edges: 2 })
const say = (from: Client, to: string, body: string) =>
  from.send(`<message to='${to}' type='chat'><body>${body}</body></message>`)

test('what a session that ended left is marked before its edge forgets it: an owner may die in between', async () => {
  await using cluster = await start()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  romeo.acknowledges = false
  say(juliet, ROMEO, 'unacknowledged')
  await romeo.until(() => romeo.bodies.length === 1)
  await juliet.settled()
  const owner = cluster.ownerOf(ROMEO)
  let marks = 0
  owner.database.fencedQuery = () => {
    marks++
    return new Promise(() => {})
  }
  romeo.close()
  await juliet.until(() => marks > 0)
  await owner.kill()
  const next = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  await next.message('unacknowledged')
})

test('an heir dies before it has heard from the edge: what it stored for the session isn’t lost to who takes its place', async () => {
  await using cluster = await start(1)
  const [first] = cluster.instances
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const romeo = await cluster.edges[1]!.connect(ROMEO).login('orchard')
  await romeo.settled()
  const announce = romeo.announce.bind(romeo)
  romeo.announce = () => {}
  romeo.hear = () => {}
  const heir = await cluster.startSession()
  await first!.stop()
  say(juliet, ROMEO, 'stored')
  await juliet.settled()
  await heir.kill()
  romeo.announce = () => void setTimeout(announce, 300)
  await cluster.startSession()
  const next = await cluster.edges[0]!.connect(ROMEO).login('orchard')
  await next.message('stored')
})

test('what was stored for a client whose presence was not recorded yet, when its owner died, comes', async () => {
  await using cluster = await start()
  const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
  const romeo = await cluster.edges[1]!.connect(ROMEO).bind('orchard')
  await romeo.enable()
  const hear = romeo.hear.bind(romeo)
  romeo.hear = (envelope) => {
    if (envelope.stanza?.name !== 'message') hear(envelope)
  }
  const { liveState } = cluster
  const write = liveState.write.bind(liveState)
  liveState.write = () => new Promise(() => {})
  romeo.send('<presence/>')
  await romeo.iq('get', "<ping xmlns='urn:xmpp:ping'/>")
  say(juliet, ROMEO, 'said')
  await juliet.settled()
  await cluster.ownerOf(ROMEO).kill()
  liveState.write = write
  romeo.hear = hear
  await romeo.message('said')
  assert.deepEqual(romeo.bodies, [])
})
