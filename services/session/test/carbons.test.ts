import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { NS, Stanza } from '@heliograph/stanza'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const ROMEO = 'romeo@montague.example'
const JULIET = 'juliet@capulet.example'
const start = (sessions = 2) => TestCluster.start(servers, { users: ['juliet', ROMEO], sessions, edges: 2 })
const say = (from: Client, to: string, body: string) =>
  from.send(`<message to='${to}' type='chat' id='${body}'><body>${body}</body></message>`)

async function withCopies(client: Client): Promise<Client> {
  assert.equal((await client.iq('set', `<enable xmlns='${NS.carbons}'/>`)).type, 'result')
  return client
}

/** What a client has heard, each as `direction body`, or `body` alone for what isn't a copy. */
function heardBy({ heard }: Client): string[] {
  return heard
    .filter(({ name }) => name === 'message')
    .map((message) => {
      const carbon = message.child('sent', NS.carbons) ?? message.child('received', NS.carbons)
      const inner = carbon?.getChild('forwarded', NS.forward)?.getChild('message', NS.client)
      return carbon ? `${carbon.name} ${inner?.getChildText('body')}` : (message.childText('body', NS.client) ?? '')
    })
}

const both = (count: number) => Array.from({ length: count }, (_, n) => [`sent to ${n}`, `received from ${n}`]).flat()

for (const planned of [false, true]) {
  test(`copies go on when their owner ${planned ? 'hands over' : 'dies'}: none is missing or twice, all in order`, async () => {
    await using cluster = await start(planned ? 1 : 2)
    const juliet = await cluster.edges[0]!.connect(JULIET).login('balcony')
    const desk = await cluster.edges[1]!.connect(ROMEO).login('desk')
    const phone = await withCopies(
      await cluster.edges[0]!.connect(ROMEO).login('phone', '<presence><priority>-1</priority></presence>'),
    )
    let change: Promise<unknown> | undefined
    for (let n = 0; n < 200; n++) {
      say(desk, JULIET, `to ${n}`)
      await juliet.message(`to ${n}`)
      say(juliet, desk.jid, `from ${n}`)
      if (n === 100 && planned) {
        const [first] = cluster.instances
        change = cluster.startSession().then(() => first!.stop())
      } else if (n === 100) change = cluster.ownerOf(ROMEO).kill()
      await desk.message(`from ${n}`)
    }
    await change
    await phone.until(() => heardBy(phone).includes('received from 199'))
    assert.deepEqual(heardBy(phone), both(200))
  })
}

test('copies wait for a session that hibernates, also while its owner dies', async () => {
  await using cluster = await start()
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const desk = await cluster.edge.connect(ROMEO).login('desk')
  const phone = await withCopies(await cluster.edges[1]!.connect(ROMEO).login('phone'))
  phone.lose()
  say(desk, JULIET, 'to 0')
  await juliet.message('to 0')
  await cluster.ownerOf(ROMEO).kill()
  say(juliet, desk.jid, 'from 0')
  await desk.message('from 0')
  const back = await cluster.edge.connect(ROMEO).resume(phone)
  say(desk, JULIET, 'to 1')
  await back.until(() => heardBy(back).includes('sent to 1'))
  assert.deepEqual(heardBy(back), ['sent to 0', 'received from 0', 'sent to 1'])
})

test('who has a copy does not get the message, too, when the session it was for ends without having acknowledged it', async () => {
  await using cluster = await start(1)
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  const desk = await cluster.edge.connect(ROMEO).login('desk')
  const phone = await withCopies(await cluster.edges[1]!.connect(ROMEO).login('phone'))
  desk.acknowledges = false
  say(juliet, desk.jid, 'for the desk')
  await desk.message('for the desk')
  desk.close()
  await phone.presence(desk.jid, 'unavailable')
  say(juliet, phone.jid, 'for the phone')
  await phone.message('for the phone')
  assert.deepEqual(heardBy(phone), ['received for the desk'])
})

test('a message that nobody took comes back to all who know of it', async () => {
  await using cluster = await start(1)
  const desk = await cluster.edge.connect(ROMEO).login('desk')
  const phone = await withCopies(await cluster.edges[1]!.connect(ROMEO).login('phone'))
  say(desk, 'nobody@capulet.example', 'hello?')
  const error = await desk.next(({ type }) => type === 'error')
  await phone.until(() => phone.heard.filter(({ name }) => name === 'message').length === 2)
  const copy = phone.heard.filter(({ name }) => name === 'message')[1]!
  assert.equal(copy.type, 'error')
  const inner = copy.child('received', NS.carbons)!.getChild('forwarded', NS.forward)!.getChild('message', NS.client)!
  assert.deepEqual(
    [inner.attrs.id, inner.attrs.to, Stanza.fromElement(inner as never).type],
    [error.id, desk.jid, 'error'],
  )
  // An error that answers nothing which was copied is for its receiver alone.
  phone.heard.length = 0
  const juliet = await cluster.edge.connect(JULIET).login('balcony')
  juliet.send(`<message to='${desk.jid}' type='error' id='unknown'><body>x</body></message>`)
  await desk.next(({ id }) => id === 'unknown')
  say(juliet, phone.jid, 'and now')
  await phone.message('and now')
  assert.deepEqual(heardBy(phone), [])
})
