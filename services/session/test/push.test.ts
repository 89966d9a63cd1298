import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { NS, type Stanza } from '@heliograph/stanza'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const ROMEO = 'romeo@montague.example'
const JULIET = 'juliet@capulet.example'
const isPush = (it: Stanza) => it.name === 'iq' && it.type === 'set' && it.child('pubsub', NS.pubsub) !== undefined
const say = (from: Client, body: string) =>
  from.send(`<message to='${ROMEO}' type='chat'><body>${body}</body></message>`)

async function accept(app: Client): Promise<void> {
  const { id, from } = await app.next(isPush)
  app.send(`<iq type='result' id='${id}' to='${from}'/>`)
  await app.settled()
}

test('who sleeps while the owner dies is told of once by each message that comes, and not again of what was told', async () => {
  await using cluster = await TestCluster.start(servers, { users: ['juliet', ROMEO], sessions: 2, edges: 2 })
  const app = await cluster.edges[0]!.connect(JULIET).login('app')
  const phone = await cluster.edges[1]!.connect(ROMEO).login('phone')
  const enabled = await phone.iq('set', `<enable xmlns='${NS.push}' jid='${app.jid}' node='phone'/>`)
  assert.equal(enabled.type, 'result')
  phone.lose()
  say(app, 'one')
  await accept(app)
  await cluster.ownerOf(ROMEO).kill()
  say(app, 'two')
  await accept(app)
  const back = await cluster.edges[0]!.connect(ROMEO).resume(phone)
  for (const body of ['one', 'two']) await back.message(body)
  say(app, 'three')
  await back.message('three')
  assert.deepEqual(app.heard.filter(isPush).map(String), [])
})
