import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectDatabase, type Database } from '@heliograph/database'
import { NS, type Stanza } from '@heliograph/stanza'
import { infrastructure } from '@heliograph/testkit'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
let cluster: TestCluster
let db: Database
before(async () => {
  const users = ['juliet', 'romeo@montague.example', 'nurse', 'tybalt', 'paris', 'abram@montague.example', 'peter']
  cluster = await TestCluster.start(servers, {
    users,
    sessions: 2,
    edges: 2,
    config: { sessions: { offlineLimit: 3 } },
  })
  db = await connectDatabase({ url: cluster.databaseUrl, instance: 'test', poolSize: 1 })
})
after(async () => {
  await db.close()
  await cluster[Symbol.asyncDispose]()
  await servers.close()
})

const connect = (user: string, edge = 0) => cluster.edges[edge]!.connect(user)
const stanzaId = (stanza: Stanza) => stanza.child('stanza-id', NS.stanzaId)?.attrs.id as string
const rows = async (owner: string, words: string) => {
  const { rows: found } = await db.query<{ id: string; outgoing: boolean; offline: boolean }>(
    'rows',
    'SELECT id, outgoing, offline FROM archive WHERE owner = $1 AND stanza LIKE $2 ORDER BY id',
    [owner, `%${words}%`],
  )
  return found
}

test('a message is archived on both sides, stamped, and in custody', async () => {
  const juliet = await connect('juliet@capulet.example').login('balcony')
  const romeo = await connect('romeo@montague.example', 1).login('orchard')
  juliet.send("<message to='romeo@montague.example' type='chat'><body>Art thou not Romeo?</body></message>")
  const message = await romeo.message('Art thou not Romeo?')
  assert.equal(message.from, 'juliet@capulet.example/balcony')
  await juliet.settled()
  const [sent, ...others] = await rows('juliet@capulet.example', 'Art thou not')
  const [received] = await rows('romeo@montague.example', 'Art thou not')
  assert.deepEqual([sent?.outgoing, others.length], [true, 0])
  assert.deepEqual([received?.outgoing, received?.offline, received?.id], [false, false, stanzaId(message)])
})

test('a message that crosses the end of a stream without stream management waits for the next one', async () => {
  const juliet = await connect('juliet@capulet.example').login('balcony')
  const romeo = await connect('romeo@montague.example', 1).bind('orchard')
  romeo.send('<presence/>')
  await romeo.settled()
  juliet.send("<message to='romeo@montague.example' type='chat'><body>Parting is such sweet sorrow</body></message>")
  juliet.send(`<iq to='${romeo.jid}' type='get' id='crossing'><query xmlns='jabber:iq:version'/></iq>`)
  const request = await romeo.next(({ id }) => id === 'crossing')
  const message = await romeo.message('Parting is such sweet sorrow')
  for (const stanza of [message, request]) romeo.giveBack(stanza)
  assert.equal((await juliet.next(({ id }) => id === 'crossing')).type, 'error')
  const back = await connect('romeo@montague.example').login('orchard')
  const waited = await back.message('Parting is such sweet sorrow')
  assert.ok(waited.child('delay', NS.delay))
  await back.settled()
  const next = await connect('romeo@montague.example').login('wall')
  await next.settled()
  assert.deepEqual(next.heard.filter(({ name }) => name === 'message').map(String), [])
})

test('a thousand messages from two users keep their order and come once', async () => {
  const juliet = await connect('juliet@capulet.example').login('window')
  const romeo = await connect('romeo@montague.example', 1).login('wall')
  const nurse = await connect('nurse@capulet.example').login('house')
  for (let n = 0; n < 500; n++) {
    juliet.send(`<message to='${romeo.jid}' type='chat'><body>j${n}</body></message>`)
    nurse.send(`<message to='${romeo.jid}' type='chat'><body>n${n}</body></message>`)
  }
  await Promise.all([juliet.settled(), nurse.settled()])
  const heard = romeo.bodies
  for (const who of ['j', 'n']) {
    const theirs = heard.filter((body) => body.startsWith(who))
    assert.deepEqual(
      theirs,
      Array.from({ length: 500 }, (_, n) => `${who}${n}`),
    )
  }
})

test('what came while nobody was there is given to the next resource, once, with its time, before anything newer', async () => {
  const nurse = await connect('nurse@capulet.example').login('house')
  nurse.send("<message to='tybalt@capulet.example' type='chat'><body>one</body></message>")
  nurse.send("<message to='tybalt@capulet.example'><body>two</body></message>")
  nurse.send("<message to='tybalt@capulet.example' type='headline'><body>news</body></message>")
  nurse.send(
    "<message to='tybalt@capulet.example' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>",
  )
  await nurse.settled()
  const tybalt = await connect('tybalt@capulet.example', 1).bind('street')
  tybalt.send('<presence><priority>-1</priority></presence>')
  await tybalt.settled()
  assert.deepEqual(tybalt.bodies, [])
  tybalt.send('<presence/>')
  nurse.send("<message to='tybalt@capulet.example' type='chat'><body>three</body></message>")
  await tybalt.until(() => tybalt.bodies.length === 3)
  assert.deepEqual(tybalt.bodies, ['one', 'two', 'three'])
  const [one, two, three] = tybalt.heard.filter(({ hasBody }) => hasBody)
  for (const late of [one, two]) assert.equal(late?.child('delay', NS.delay)?.attrs.from, 'capulet.example')
  assert.equal(three?.child('delay', NS.delay), undefined)
  tybalt.close()
  const again = await connect('tybalt@capulet.example').login('street')
  nurse.send("<message to='tybalt@capulet.example' type='chat'><body>four</body></message>")
  await again.message('four')
  assert.deepEqual(again.bodies, [])
})

test('past the limit messages for somebody offline come back', async () => {
  const nurse = await connect('nurse@capulet.example').login('house')
  for (let n = 1; n <= 4; n++) {
    nurse.send(`<message to='paris@capulet.example' type='chat' id='m${n}'><body>${n}</body></message>`)
  }
  const error = await nurse.next(({ type }) => type === 'error')
  assert.equal(error.id, 'm4')
  assert.match(String(error), /service-unavailable/)
  await nurse.settled()
  const paris = await connect('paris@capulet.example').login()
  await paris.until(() => paris.bodies.length === 3)
  paris.close()
  nurse.send("<message to='paris@capulet.example' type='chat' id='m5'><body>5</body></message>")
  await nurse.settled()
  assert.deepEqual(
    nurse.heard.filter(({ type }) => type === 'error').map(({ id }) => id),
    [],
  )
})

test('who does not exist, or is not there, is answered for by the server', async () => {
  const nurse = await connect('nurse@capulet.example').login('house')
  const cases: [string, string][] = [
    ["<message to='nobody@capulet.example' id='1'><body>?</body></message>", 'service-unavailable'],
    ["<message to='abram@montague.example/gone' id='2'><body>?</body></message>", 'service-unavailable'],
    ["<message to='abram@montague.example' type='groupchat' id='3'><body>?</body></message>", 'service-unavailable'],
    ["<iq to='abram@montague.example/gone' type='get' id='4'><q xmlns='a'/></iq>", 'service-unavailable'],
    ["<iq to='nobody@capulet.example' type='get' id='5'><q xmlns='a'/></iq>", 'service-unavailable'],
    ["<iq to='capulet.example' type='get' id='6'><q xmlns='a'/></iq>", 'service-unavailable'],
    ["<message to='capulet.example' id='7'><body>?</body></message>", 'service-unavailable'],
  ]
  for (const [xml, condition] of cases) {
    nurse.send(xml)
    const error = await nurse.next(({ type }) => type === 'error')
    assert.match(String(error), new RegExp(condition), xml)
    assert.equal(error.id, /id='(\d)'/.exec(xml)![1])
  }
  await nurse.settled()
})

test('a note to oneself is archived once', async () => {
  const peter = await connect('peter@capulet.example').login('hall')
  peter.send("<message to='peter@capulet.example' type='chat'><body>find those persons</body></message>")
  await peter.message('find those persons')
  await peter.settled()
  assert.equal((await rows('peter@capulet.example', 'find those persons')).length, 1)
})

test('the same message sent again after a session that was not resumed comes once', async () => {
  const romeo = await connect('romeo@montague.example').login('mantua')
  const xml = `<message to='${romeo.jid}' type='chat'><body>again</body><origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>`
  const first = await connect('juliet@capulet.example').login('tomb')
  first.send(xml)
  await romeo.message('again')
  first.cut()
  const second = await connect('juliet@capulet.example').login('tomb')
  second.send(xml)
  second.send(`<message to='${romeo.jid}' type='chat'><body>after</body></message>`)
  await romeo.message('after')
  await second.settled()
  assert.deepEqual(romeo.bodies, [])
  assert.equal((await rows('juliet@capulet.example', 'again')).length, 1)
  assert.equal((await rows('romeo@montague.example', 'again')).length, 1)
})

test('addresses may be as long as RFC 7622 allows', async () => {
  const peter = await connect('peter@capulet.example').login('cellar')
  const long = `${'x'.repeat(1023)}@${Array.from({ length: 16 }, () => 'y'.repeat(60)).join('.')}.example`
  peter.send(`<message to='${long}' type='chat'><body>far away</body></message>`)
  // Nobody speaks with other domains here: it only gets as far as the archive.
  while ((await rows('peter@capulet.example', 'far away')).length === 0) await sleep(20)
  const page = await peter.iq(
    'set',
    `<query xmlns='${NS.mam}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${NS.mam}</value></field><field var='with'><value>${long}</value></field></x></query>`,
  )
  assert.ok(page.child('fin', NS.mam)?.getChild('set', NS.rsm)?.getChild('first'))
})
