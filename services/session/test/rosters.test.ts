import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectDatabase } from '@heliograph/database'
import { ensureBare } from '@heliograph/jid'
import { PostgresRosterStore } from '@heliograph/roster'
import { NS, type Stanza } from '@heliograph/stanza'
import { infrastructure } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import type { Client } from './support/client.ts'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
let cluster: TestCluster
const pairs = ['ask', 'approve', 'gone', 'decline'].flatMap((name) => [`${name}-a`, `${name}-b@montague.example`])
before(async () => {
  cluster = await TestCluster.start(servers, { users: ['juliet', 'nurse', ...pairs], sessions: 2, edges: 2 })
})
after(async () => {
  await cluster[Symbol.asyncDispose]()
  await servers.close()
})

const QUERY = `<query xmlns='${NS.roster}'/>`
const set = (client: Client, item: string) => client.iq('set', `<query xmlns='${NS.roster}'>${item}</query>`)
const itemsOf = (stanza: Stanza) => (stanza.child('query', NS.roster)?.getChildren('item') ?? []) as Element[]
const versionOf = (stanza: Stanza) => stanza.child('query', NS.roster)?.attrs.ver as string | undefined
const text = (item: Element | undefined) =>
  item &&
  `${item.attrs.jid} ${item.attrs.subscription}${item.attrs.ask ? ' ask' : ''}${item.attrs.approved ? ' approved' : ''}`

/** The next roster push. */
const push = async (client: Client) => {
  const stanza = await client.next(({ type, children }) => type === 'set' && children.includes(`{${NS.roster}}query`))
  return { text: text(itemsOf(stanza)[0]), version: versionOf(stanza) }
}

async function interested(user: string, edge = 0): Promise<Client> {
  const client = await cluster.edges[edge]!.connect(user).login()
  await client.iq('get', QUERY)
  return client
}

test('an item is stored, pushed to those who asked for the roster, and removed', async () => {
  const juliet = await interested('juliet@capulet.example')
  const idle = await cluster.edge.connect('juliet@capulet.example').login()
  const stored = await set(juliet, "<item jid='Nurse@Capulet.Example/x' name='Nurse'><group>Servants</group></item>")
  assert.equal(stored.type, 'result')
  assert.equal((await push(juliet)).text, 'nurse@capulet.example none')
  const [item] = itemsOf(await juliet.iq('get', QUERY))
  assert.deepEqual([item?.attrs.name, item?.getChildText('group')], ['Nurse', 'Servants'])
  assert.equal((await set(juliet, "<item jid='nurse@capulet.example' subscription='remove'/>")).type, 'result')
  assert.equal((await push(juliet)).text, 'nurse@capulet.example remove')
  assert.deepEqual(itemsOf(await juliet.iq('get', QUERY)), [])
  assert.deepEqual(
    idle.heard.filter(({ type }) => type === 'set'),
    [],
  )
})

const refused: [item: string, condition: string][] = [
  ['', 'bad-request'],
  ["<item jid='a@b'/><item jid='c@d'/>", 'bad-request'],
  ["<item name='nobody'/>", 'jid-malformed'],
  ["<item jid='@'/>", 'jid-malformed'],
  ["<item jid='a@b'><group>x</group><group>x</group></item>", 'bad-request'],
  ["<item jid='a@b'><group/></item>", 'not-acceptable'],
  [`<item jid='a@b' name='${'x'.repeat(1024)}'/>`, 'not-acceptable'],
  ["<item jid='stranger@b' subscription='remove'/>", 'item-not-found'],
]

test('what is wrong is refused', async () => {
  const juliet = await interested('juliet@capulet.example')
  for (const [item, condition] of refused) assert.match(String(await set(juliet, item)), new RegExp(condition), item)
})

test("nobody else's roster can be read or changed", async () => {
  const nurse = await interested('nurse@capulet.example')
  assert.match(String(await nurse.iq('get', QUERY, 'juliet@capulet.example')), /forbidden/)
  const item = `<query xmlns='${NS.roster}'><item jid='a@b'/></query>`
  assert.match(String(await nurse.iq('set', item, 'juliet@capulet.example')), /forbidden/)
})

test('a client that has a version is sent what has changed since', async () => {
  const nurse = await interested('nurse@capulet.example')
  for (const jid of ['a@x.example', 'b@x.example', 'c@x.example']) await set(nurse, `<item jid='${jid}'/>`)
  const whole = await nurse.iq('get', `<query xmlns='${NS.roster}' ver=''/>`)
  const version = versionOf(whole)!
  assert.equal(itemsOf(whole).length, 3)
  const current = await nurse.iq('get', `<query xmlns='${NS.roster}' ver='${version}'/>`)
  assert.deepEqual([current.type, current.children], ['result', []])
  nurse.heard.length = 0
  await set(nurse, "<item jid='b@x.example' subscription='remove'/>")
  await set(nurse, "<item jid='d@x.example'/>")
  const later = await cluster.edges[1]!.connect('nurse@capulet.example').login()
  const changed = await later.iq('get', `<query xmlns='${NS.roster}' ver='${version}'/>`)
  assert.deepEqual([changed.type, changed.children], ['result', []])
  const [first, second] = [await push(later), await push(later)]
  assert.deepEqual([first.text, second.text], ['b@x.example remove', 'd@x.example none'])
  assert.ok(Number(first.version) < Number(second.version))
  const strange = await later.iq('get', `<query xmlns='${NS.roster}' ver='of another server'/>`)
  assert.equal(itemsOf(strange).length, 3)
})

test('marks of removed items go when nobody can ask for them any more, who is further behind gets the whole roster', async () => {
  await using db = await connectDatabase({ url: cluster.databaseUrl, instance: 'test', poolSize: 1 })
  const store = new PostgresRosterStore(db)
  const owner = ensureBare('hoarder@capulet.example')
  const contact = (name: string) => ensureBare(`${name}@x.example`)
  const put = (name: string) =>
    store.put(owner, {
      jid: contact(name),
      name: '',
      groups: [],
      subscription: 'none',
      ask: false,
      approved: false,
      request: '',
      listed: true,
    })
  const marks = async () => {
    const sql = 'SELECT contact FROM roster WHERE owner = $1 AND removed ORDER BY version'
    return (await db.query<{ contact: string }>('marks', sql, [owner])).rows.map((row) => row.contact)
  }
  const daysAgo = (days: number) => Date.now() - days * 86_400_000
  const age = (name: string, days: number) =>
    db.query('age', 'UPDATE roster SET version = $3 WHERE owner = $1 AND contact = $2', [
      owner,
      contact(name),
      daysAgo(days),
    ])

  for (const name of ['kept', 'old', 'recent', 'new']) await put(name)
  for (const name of ['old', 'recent', 'new']) await store.remove(owner, contact(name))
  for (const [name, days] of [
    ['kept', 50],
    ['old', 40],
    ['recent', 20],
  ] as const)
    await age(name, days)
  const before = await store.remove(owner, contact('new'))
  assert.deepEqual(await marks(), [contact('recent'), contact('new')])
  assert.equal(await store.changesSince(owner, daysAgo(45)), undefined, 'the mark of what was removed since is gone')
  const changes = await store.changesSince(owner, daysAgo(25))
  assert.deepEqual(
    changes?.map(({ jid }) => jid),
    [contact('recent'), contact('new')],
  )
  assert.equal((await store.load(owner)).version, before)

  const many = Array.from({ length: 110 }, (_, at) => `passing-${at}`)
  for (const name of many) await put(name)
  for (const name of many) await store.remove(owner, contact(name))
  const left = await marks()
  assert.equal(left.length, 101)
  assert.equal(left.at(-1), contact('passing-109'))
  assert.equal(await store.changesSince(owner, before), undefined)
})

test('a subscription, from asking to seeing each other, over two owners', async () => {
  const a = await interested('ask-a@capulet.example')
  const b = await interested('ask-b@montague.example', 1)
  const elsewhere = await interested('ask-b@montague.example')
  a.send("<presence type='subscribe' to='ask-b@montague.example'><status>Please</status></presence>")
  assert.equal((await push(a)).text, 'ask-b@montague.example none ask')
  const request = await b.presence('ask-a@capulet.example', 'subscribe')
  assert.equal(request.childText('status', NS.client), 'Please')
  await elsewhere.presence('ask-a@capulet.example', 'subscribe')
  assert.deepEqual(itemsOf(await b.iq('get', QUERY)), [])
  b.send("<presence type='subscribed' to='ask-a@capulet.example'/>")
  assert.equal((await push(b)).text, 'ask-a@capulet.example from')
  assert.equal((await push(a)).text, 'ask-b@montague.example to')
  const order = ['subscribed', undefined]
  await a.until(() => a.heard.filter(({ from }) => from?.startsWith('ask-b')).length >= 3)
  assert.deepEqual(
    a.heard.filter(({ from }) => from?.startsWith('ask-b')).map(({ type }) => type),
    [...order, undefined],
  )
  b.send("<presence type='subscribe' to='ask-a@capulet.example'/>")
  await a.presence('ask-b@montague.example', 'subscribe')
  a.send("<presence type='subscribed' to='ask-b@montague.example'/>")
  await b.presence(a.jid)
  b.send('<presence><show>away</show></presence>')
  await a.next(({ from, children }) => from === b.jid && children.includes('{jabber:client}show'))
  b.close()
  await a.presence(b.jid, 'unavailable')
  // And it ends: the other side sees it go before it is told.
  a.send("<presence type='unsubscribed' to='ask-b@montague.example'/>")
  await elsewhere.presence(a.jid, 'unavailable')
  await elsewhere.presence('ask-a@capulet.example', 'unsubscribed')
})

test('a request is shown at each login until it is answered', async () => {
  const a = await interested('decline-a@capulet.example')
  a.send("<presence type='subscribe' to='decline-b@montague.example'/>")
  await a.settled()
  const first = await interested('decline-b@montague.example', 1)
  await first.presence('decline-a@capulet.example', 'subscribe')
  first.close()
  const second = await interested('decline-b@montague.example')
  await second.presence('decline-a@capulet.example', 'subscribe')
  second.send("<presence type='unsubscribed' to='decline-a@capulet.example'/>")
  await a.presence('decline-b@montague.example', 'unsubscribed')
  second.close()
  const third = await interested('decline-b@montague.example')
  await third.iq('get', QUERY)
  assert.deepEqual(
    third.heard.filter(({ type }) => type === 'subscribe'),
    [],
  )
})

test('who was approved beforehand is subscribed without being asked about (RFC 6121 §3.4)', async () => {
  const b = await interested('approve-b@montague.example', 1)
  b.send("<presence type='subscribed' to='approve-a@capulet.example'/>")
  assert.equal((await push(b)).text, 'approve-a@capulet.example none approved')
  const a = await interested('approve-a@capulet.example')
  a.send("<presence type='subscribe' to='approve-b@montague.example'/>")
  await a.presence('approve-b@montague.example', 'subscribed')
  await a.presence(b.jid)
  assert.equal((await push(b)).text, 'approve-a@capulet.example from')
  assert.deepEqual(
    b.heard.filter(({ type }) => type === 'subscribe'),
    [],
  )
})

test('removing a contact ends both directions (RFC 6121 §2.5)', async () => {
  const a = await interested('gone-a@capulet.example')
  const b = await interested('gone-b@montague.example', 1)
  for (const [asking, asked] of [
    [a, b],
    [b, a],
  ] as const) {
    asking.send(`<presence type='subscribe' to='${asked.user}'/>`)
    await asked.presence(asking.user, 'subscribe')
    asked.send(`<presence type='subscribed' to='${asking.user}'/>`)
    await asking.presence(asked.jid)
  }
  await set(a, "<item jid='gone-b@montague.example' subscription='remove'/>")
  await b.presence(a.jid, 'unavailable')
  await b.presence('gone-a@capulet.example', 'unsubscribe')
  await b.presence('gone-a@capulet.example', 'unsubscribed')
  const [left] = itemsOf(await b.iq('get', QUERY))
  assert.equal(text(left), 'gone-a@capulet.example none')
  b.send('<presence><show>dnd</show></presence>')
  await b.settled()
  assert.deepEqual(
    a.heard.filter(({ from, children }) => from === b.jid && children.includes('{jabber:client}show')),
    [],
  )
})
