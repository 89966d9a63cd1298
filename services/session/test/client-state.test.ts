import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Stanza } from '@heliograph/stanza'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { befriend, TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
after(() => servers.close())

const ROMEO = 'romeo@montague.example'
const JULIET = 'juliet@capulet.example'
const PARIS = 'paris@capulet.example'
const start = (sessions = 1) => TestCluster.start(servers, { users: ['juliet', 'paris', ROMEO], sessions, edges: 2 })
const COMPOSING = "<composing xmlns='http://jabber.org/protocol/chatstates'/>"
const RECEIPT = "<received xmlns='urn:xmpp:receipts' id='1'/>"

const say = (from: Client, to: string, body: string) =>
  from.send(`<message to='${to}' type='chat'><body>${body}</body></message>`)

/** `show`, `unavailable` or `available` of each presence, in order. */
const shows = ({ heard }: Client, from: string) =>
  heard.filter((it) => it.name === 'presence' && it.from === from).map(showOf)
const showOf = (it: Stanza) => it.type ?? it.childText('show', 'jabber:client') ?? 'available'

/** An inactive phone of Romeo's, and Juliet, whom he knows. */
async function romance(cluster: TestCluster) {
  await befriend(cluster, JULIET, ROMEO)
  const juliet = await cluster.edges[1]!.connect(JULIET).login('balcony')
  const phone = await cluster.edge.connect(ROMEO).login('phone')
  await phone.presence(juliet.jid)
  phone.setInactive(true)
  // Whatever was on its way before is there now.
  await phone.iq('get', "<ping xmlns='urn:xmpp:ping'/>")
  phone.heard.length = 0
  return { juliet, phone }
}

async function flicker(juliet: Client, phone: Client, last: string): Promise<void> {
  for (const show of ['away', 'dnd', 'xa', last]) juliet.send(`<presence><show>${show}</show></presence>`)
  await juliet.next((it) => it.name === 'presence' && it.childText('show', 'jabber:client') === last)
  juliet.send(`<message to='${phone.jid}' type='chat'>${COMPOSING}</message>`)
  juliet.send(`<message to='${phone.jid}'>${RECEIPT}</message>`)
  await juliet.settled()
}

test('what can wait is told before the next message, the latest of it', async () => {
  await using cluster = await start()
  const { juliet, phone } = await romance(cluster)
  await flicker(juliet, phone, 'chat')
  say(juliet, phone.jid, 'wake up')
  await phone.until(() => phone.bodies.includes('wake up'))
  // Presence takes another way, on which it may be slower.
  const messages = phone.heard.filter(({ name }) => name === 'message')
  assert.deepEqual(
    messages.map(({ children }) => children[0]!.split('}')[1]),
    ['composing', 'received', 'body'],
  )
  phone.setInactive(false)
  await phone.until(() => shows(phone, juliet.jid).at(-1) === 'chat')
})

test('an active client is told everything before the answer to what it asks next', async () => {
  await using cluster = await start()
  const { juliet, phone } = await romance(cluster)
  await flicker(juliet, phone, 'away')
  phone.setInactive(false)
  await phone.iq('get', "<ping xmlns='urn:xmpp:ping'/>")
  const names = phone.heard.filter(({ name }) => name === 'message').map(({ children }) => children[0]!.split('}')[1])
  assert.deepEqual(names, ['composing', 'received'])
  await phone.until(() => shows(phone, juliet.jid).at(-1) === 'away')
})

for (const how of ['dies', 'hands over'] as const) {
  test(`its owner ${how} while a client is inactive: what it hears in the end is true`, async () => {
    await using cluster = await start(how === 'dies' ? 2 : 1)
    await befriend(cluster, PARIS, ROMEO)
    const paris = await cluster.edges[1]!.connect(PARIS).login('hall')
    const { juliet, phone } = await romance(cluster)
    await flicker(juliet, phone, 'away')
    paris.close()
    await juliet.settled()
    await new Promise((resolve) => setTimeout(resolve, 300))
    if (how === 'dies') await cluster.ownerOf(ROMEO).kill()
    else {
      const [first] = cluster.instances
      await cluster.startSession()
      await first!.stop()
    }
    // Told of at once, with all that waits.
    say(juliet, phone.jid, 'are you there?')
    await phone.until(() => phone.bodies.includes('are you there?'))
    assert.ok(phone.heard.some((it) => it.children.includes('{urn:xmpp:receipts}received')))
    phone.setInactive(false)
    await phone.until(() => shows(phone, juliet.jid).at(-1) === 'away')
    const gone = (jid: string) => shows(phone, jid).at(-1) === 'unavailable'
    await phone.until(() => gone(paris.jid) || gone(PARIS))
  })
}

test('what waits for a client that loses its connection is told once it is back, and it is active then', async () => {
  await using cluster = await start()
  const { juliet, phone } = await romance(cluster)
  await flicker(juliet, phone, 'away')
  phone.lose()
  const back = await cluster.edges[1]!.connect(ROMEO).resume(phone)
  await back.until(() => back.heard.some((it) => it.children.includes('{urn:xmpp:receipts}received')))
  await back.until(() => shows(back, juliet.jid).at(-1) === 'away')
  juliet.send('<presence><show>dnd</show></presence>')
  await back.until(() => shows(back, juliet.jid).at(-1) === 'dnd')
})

test('a session that ends leaves what waited for it to the next one', async () => {
  await using cluster = await start()
  const { juliet, phone } = await romance(cluster)
  await flicker(juliet, phone, 'away')
  phone.close()
  await juliet.presence(phone.jid, 'unavailable')
  const next = await cluster.edge.connect(ROMEO).login('desk')
  await next.until(() => next.heard.some((it) => it.children.includes('{urn:xmpp:receipts}received')))
})
