import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { codecs, Op } from '@heliograph/bus'
import { NS, readError } from '@heliograph/stanza'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { befriend, TestCluster } from './support/cluster.ts'

const servers = await infrastructure({ own: true })
after(() => servers.close())

const JULIET = 'juliet@capulet.example'
const ROMEO = 'romeo@montague.example'
const say = (from: Client, to: Client | string, body: string) =>
  from.send(`<message to='${typeof to === 'string' ? to : to.jid}' type='chat'><body>${body}</body></message>`)

test('while Postgres is away chat goes on, and what was accepted is stored when it is back', async () => {
  await using cluster = await TestCluster.start(servers, {
    users: ['juliet', ROMEO, 'nurse'],
    sessions: 2,
    config: { archive: { degradeAfterMs: 200 } },
  })
  await befriend(cluster, JULIET, ROMEO)
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const romeo = await cluster.edge.connect(ROMEO).login('orchard')
  await juliet.presence(romeo.jid)
  await servers.postgres.pause()
  try {
    const before = juliet.custody
    for (let n = 0; n < 20; n++) say(juliet, romeo, `m${n}`)
    await romeo.message('m19')
    assert.deepEqual(
      romeo.bodies,
      Array.from({ length: 19 }, (_, n) => `m${n}`),
    )
    // Presence and pings need no database.
    romeo.send('<presence><show>away</show></presence>')
    await juliet.next(({ from, children }) => from === romeo.jid && children.includes('{jabber:client}show'))
    assert.equal(juliet.custody, before)
    // A query isn't kept waiting for what can't be stored.
    const refused = await juliet.iq('set', `<query xmlns='${NS.mam}'/>`)
    assert.equal(readError(refused).condition, 'resource-constraint')
    // These do: they wait, and are done when it is back.
    romeo.send("<presence type='subscribe' to='nurse@capulet.example'/>")
    say(juliet, 'nurse@capulet.example', 'for later')
    await sleep(300)
    assert.equal(juliet.custody, before)
  } finally {
    await servers.postgres.resume()
  }
  await juliet.settled()
  await romeo.settled()
  const count = await juliet.iq('set', `<query xmlns='${NS.mam}'><set xmlns='${NS.rsm}'><max>0</max></set></query>`)
  assert.equal(count.child('fin', NS.mam)?.getChild('set', NS.rsm)?.getChildText('count'), '21')
  const nurse = await cluster.edge.connect('nurse@capulet.example').login('house')
  await nurse.message('for later')
  await nurse.presence(ROMEO, 'subscribe')
})

test('a session that ends while Postgres is away loses nothing', async () => {
  await using cluster = await TestCluster.start(servers, {
    users: ['juliet', ROMEO],
    config: { archive: { degradeAfterMs: 200 } },
  })
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const romeo = await cluster.edge.connect(ROMEO).login('orchard')
  romeo.acknowledges = false
  say(juliet, romeo, 'stored')
  await romeo.until(() => romeo.bodies.length === 1)
  await juliet.settled()
  await servers.postgres.pause()
  try {
    say(juliet, romeo, 'not stored yet')
    await romeo.until(() => romeo.bodies.length === 2)
    romeo.close()
    await sleep(200)
  } finally {
    await servers.postgres.resume()
  }
  await juliet.settled()
  const again = await cluster.edge.connect(ROMEO).login('orchard')
  await again.until(() => again.bodies.length === 2)
  assert.deepEqual(again.bodies, ['stored', 'not stored yet'])
})

test('who comes back while what he sent is being stored needn’t send it again', async () => {
  await using cluster = await TestCluster.start(servers, { users: ['juliet', ROMEO], sessions: 2 })
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const romeo = await cluster.edge.connect(ROMEO).login('orchard')
  await servers.postgres.pause()
  say(romeo, juliet, 'under way')
  romeo.lose()
  const back = cluster.edge.connect(ROMEO)
  const resuming = back.resume(romeo)
  await sleep(200)
  await servers.postgres.resume()
  await resuming
  const resumed = back.told.find(({ op }) => op === Op.resumed)
  assert.equal(codecs.resumed.decode(resumed!.body!).h, romeo.count - romeo.base)
  say(back, juliet, 'next')
  await juliet.message('next')
  assert.deepEqual(juliet.bodies, ['under way'])
})
