import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { befriend, TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
const JULIET = 'juliet@capulet.example'
const ROMEO = 'romeo@montague.example'
let cluster: TestCluster
before(async () => {
  cluster = await TestCluster.start(servers, {
    users: ['juliet', ROMEO, 'nurse'],
    sessions: 2,
    edges: 2,
    config: { presence: { flapBurst: 3, flapWindowMs: 300 } },
  })
  await befriend(cluster, JULIET, ROMEO)
})
after(async () => {
  await cluster[Symbol.asyncDispose]()
  await servers.close()
})

const login = (user: string, name: string, edge = 0) => cluster.edges[edge]!.connect(user).login(name)
const from = (client: Client, other: Client) =>
  client.heard.filter((stanza) => stanza.name === 'presence' && stanza.from === other.jid)

test('who comes sees who is there, and is seen', async () => {
  const romeo = await login(ROMEO, 'early', 1)
  const other = await login(JULIET, 'other')
  await romeo.presence(other.jid)
  const juliet = await login(JULIET, 'late')
  await juliet.presence(romeo.jid)
  await juliet.presence(other.jid)
  await other.presence(juliet.jid)
  await romeo.presence(juliet.jid)
  juliet.close()
  await romeo.presence(juliet.jid, 'unavailable')
  await other.presence(juliet.jid, 'unavailable')
  other.close()
  romeo.close()
})

test('strangers see nothing, and learn nothing by a probe', async () => {
  const juliet = await login(JULIET, 'window')
  const nurse = await login('nurse@capulet.example', 'house')
  nurse.send(`<presence type='probe' to='${JULIET}'/>`)
  await nurse.settled()
  juliet.send(`<message to='${nurse.jid}' type='chat'><body>a marker</body></message>`)
  await nurse.message('a marker')
  assert.deepEqual(from(nurse, juliet), [])
  juliet.close()
})

test('directed presence reaches its address, and so does its end, however it comes', async () => {
  const nurse = await login('nurse@capulet.example', 'kitchen', 1)
  const juliet = await login(JULIET, 'garden')
  juliet.send(`<presence to='${nurse.jid}'><show>chat</show></presence>`)
  await nurse.presence(juliet.jid)
  juliet.send(`<presence to='${nurse.jid}' type='unavailable'/>`)
  await nurse.presence(juliet.jid, 'unavailable')
  juliet.send(`<presence to='${nurse.jid}'/>`)
  await nurse.presence(juliet.jid)
  juliet.lose()
  const back = await cluster.edges[1]!.connect(JULIET).resume(juliet)
  assert.deepEqual(from(nurse, juliet), [])
  back.close()
  await nurse.presence(juliet.jid, 'unavailable')
  nurse.close()
})

test('a watcher that got directed presence hears of the end once', async () => {
  const romeo = await login(ROMEO, 'twice', 1)
  const juliet = await login(JULIET, 'twice')
  await romeo.presence(juliet.jid)
  juliet.send(`<presence to='${romeo.jid}'><show>chat</show></presence>`)
  await romeo.presence(juliet.jid)
  juliet.close()
  await romeo.presence(juliet.jid, 'unavailable')
  await sleep(400)
  assert.deepEqual(from(romeo, juliet), [])
  romeo.close()
})

test('of many changes only some go out, and the last one always', async () => {
  const romeo = await login(ROMEO, 'patient', 1)
  const juliet = await login(JULIET, 'restless')
  for (let n = 1; n <= 40; n++) juliet.send(`<presence><status>${n}</status></presence>`)
  await romeo.next((stanza) => stanza.childText('status', 'jabber:client') === '40')
  assert.ok(from(romeo, juliet).length <= 6, `heard ${from(romeo, juliet).length}`)
  juliet.send("<presence type='unavailable'><status>bye</status></presence>")
  const gone = await romeo.presence(juliet.jid, 'unavailable')
  assert.equal(gone.childText('status', 'jabber:client'), 'bye')
  romeo.close()
})

test('a user whose sessions were just taken over answers probes', async () => {
  const romeo = await login(ROMEO, 'survivor', 1)
  await cluster.ownerOf(ROMEO).kill()
  const juliet = await login(JULIET, 'curious')
  await juliet.presence(romeo.jid)
})
