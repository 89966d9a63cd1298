import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NS, type Stanza } from '@heliograph/stanza'
import { infrastructure } from '@heliograph/testkit'
import type { Client } from './support/client.ts'
import { TestCluster } from './support/cluster.ts'

const servers = await infrastructure()
const JULIET = 'juliet@capulet.example'
let cluster: TestCluster
let juliet: Client
before(async () => {
  cluster = await TestCluster.start(servers, { users: ['juliet', 'romeo', 'nurse', 'empty', 'peter'] })
  juliet = await cluster.edge.connect(JULIET).login('balcony')
  const romeo = await cluster.edge.connect('romeo@capulet.example').login('orchard')
  const nurse = await cluster.edge.connect('nurse@capulet.example').login('house')
  for (let n = 1; n <= 10; n++) {
    romeo.send(`<message to='${JULIET}' type='chat'><body>${n}</body></message>`)
    await romeo.settled()
  }
  nurse.send(`<message to='${JULIET}' type='chat'><body>Madam!</body></message>`)
  await nurse.settled()
  juliet.send("<message to='nurse@capulet.example' type='chat'><body>Anon</body></message>")
  await juliet.settled()
})
after(async () => {
  await cluster[Symbol.asyncDispose]()
  await servers.close()
})

interface Page {
  readonly bodies: string[]
  readonly ids: string[]
  readonly fin: Stanza
}

const form = (fields: Record<string, string>) =>
  `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${NS.mam}</value></field>${Object.entries(
    fields,
  )
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`
const rsm = (content: string) => `<set xmlns='${NS.rsm}'>${content}</set>`

async function query(content: string, client = juliet): Promise<Page> {
  client.heard.length = 0
  const fin = await client.iq('set', `<query xmlns='${NS.mam}' queryid='q1'>${content}</query>`)
  const results = client.heard.flatMap((stanza) => stanza.child('result', NS.mam) ?? [])
  return {
    fin,
    ids: results.map((result) => result.attrs.id as string),
    bodies: results.map((result) => result.getChild('forwarded')?.getChild('message')?.getChildText('body') ?? ''),
  }
}
const finOf = ({ fin }: Page) => fin.child('fin', NS.mam)!
const isComplete = (page: Page) => finOf(page).attrs.complete === 'true'

const ALL = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', 'Madam!', 'Anon']

test('everything, oldest first, then the result', async () => {
  const page = await query('')
  assert.deepEqual([page.bodies, isComplete(page)], [ALL, true])
  const set = finOf(page).getChild('set', NS.rsm)!
  assert.deepEqual([set.getChildText('first'), set.getChildText('last')], [page.ids[0], page.ids.at(-1)])
  const [first] = juliet.heard
  assert.deepEqual([first?.from, first?.to, first?.child('result', NS.mam)?.attrs.queryid], [JULIET, juliet.jid, 'q1'])
  assert.ok(first?.child('result', NS.mam)?.getChild('forwarded', NS.forward)?.getChild('delay', NS.delay))
})

test('what was sent before the query is found, although its commit is still under way', async () => {
  const peter = await cluster.edge.connect('peter@capulet.example').login('hall')
  const sent = Array.from({ length: 5 }, (_, n) => `at once ${n}`)
  for (const body of sent) peter.send(`<message to='nurse@capulet.example' type='chat'><body>${body}</body></message>`)
  const { bodies } = await query('', peter)
  assert.deepEqual(bodies, sent)
})

test('page by page, forwards and backwards', async () => {
  const seen: string[] = []
  let page = await query(rsm('<max>5</max>'))
  for (;;) {
    seen.push(...page.bodies)
    if (isComplete(page)) break
    page = await query(rsm(`<max>5</max><after>${page.ids.at(-1)}</after>`))
  }
  assert.deepEqual(seen, ALL)
  const last = await query(rsm('<max>5</max><before/>'))
  assert.deepEqual([last.bodies, isComplete(last)], [ALL.slice(-5), false])
  const before = await query(rsm(`<max>10</max><before>${last.ids[0]}</before>`))
  assert.deepEqual([before.bodies, isComplete(before)], [ALL.slice(0, 7), true])
})

test('by contact, and by time', async () => {
  assert.deepEqual((await query(form({ with: 'nurse@capulet.example' }))).bodies, ['Madam!', 'Anon'])
  assert.deepEqual((await query(form({ with: 'romeo@capulet.example/orchard' }))).bodies.length, 10)
  assert.deepEqual((await query(form({ with: 'romeo@capulet.example/tomb' }))).bodies, [])
  assert.deepEqual((await query(form({ end: '2020-01-01T00:00:00Z' }))).bodies, [])
  assert.deepEqual((await query(form({ start: '2020-01-01T00:00:00Z' }))).bodies, ALL)
  assert.deepEqual((await query(form({ start: '2100-01-01T00:00:00Z' }))).bodies, [])
})

test('the number alone', async () => {
  const page = await query(rsm('<max>0</max>'))
  assert.deepEqual([page.bodies, finOf(page).getChild('set', NS.rsm)?.getChildText('count')], [[], '12'])
})

test('between two messages, or certain ones', async () => {
  const { ids } = await query('')
  const between = form({ 'after-id': ids[1]!, 'before-id': ids[5]! })
  assert.deepEqual((await query(between)).bodies, ALL.slice(2, 5))
  const paged = await query(between + rsm(`<max>2</max><after>${ids[2]}</after>`))
  assert.deepEqual([paged.bodies, isComplete(paged)], [['4', '5'], true])
  const last = await query(between + rsm('<max>2</max><before/>'))
  assert.deepEqual([last.bodies, isComplete(last)], [['4', '5'], false])
  const one = form({ ids: ids[6]! })
  assert.deepEqual((await query(one)).bodies, ['7'])
  const some = one.replace('</value></field></x>', `</value><value>${ids[2]}</value></field></x>`)
  assert.deepEqual((await query(some)).bodies, ['3', '7'])
  const theirs = form({ ids: ids[11]!, with: 'nurse@capulet.example' })
  assert.deepEqual((await query(theirs)).bodies, ['Anon'])
  assert.equal(
    finOf(await query(between + rsm('<max>0</max>')))
      .getChild('set', NS.rsm)
      ?.getChildText('count'),
    '3',
  )
})

test('a flipped page has the same messages in the other order', async () => {
  const page = await query(`${rsm('<max>3</max><before/>')}<flip-page/>`)
  assert.deepEqual(page.bodies, ALL.slice(-3).toReversed())
  const set = finOf(page).getChild('set', NS.rsm)!
  assert.deepEqual([set.getChildText('first'), set.getChildText('last')], [page.ids[2], page.ids[0]])
})

test('where the archive begins and ends', async () => {
  const { ids } = await query('')
  const get = `<metadata xmlns='${NS.mam}'/>`
  const answer = (await juliet.iq('get', get)).child('metadata', NS.mam)!
  for (const [name, id] of [
    ['start', ids[0]],
    ['end', ids.at(-1)],
  ] as const) {
    const { attrs } = answer.getChild(name)!
    assert.equal(attrs.id, id)
    assert.equal(new Date(attrs.timestamp!).toISOString(), attrs.timestamp)
  }
  const empty = await cluster.edge.connect('empty@capulet.example').login('metadata')
  assert.deepEqual((await empty.iq('get', get)).child('metadata', NS.mam)!.children, [])
  assert.match(String(await empty.iq('get', get, JULIET)), /forbidden|service-unavailable/)
})

test('what is wrong is refused', async () => {
  const { ids } = await query('')
  const unknown = ['42', 'nonsense', `${BigInt(ids[0]!) - 1n}`, '99999999999999999999']
  for (const field of ['before-id', 'after-id', 'ids'])
    for (const id of unknown) assert.match(String((await query(form({ [field]: id }))).fin), /item-not-found/)
  assert.match(String((await query(rsm('<after>42</after>'))).fin), /item-not-found/)
  assert.match(String((await query(rsm('<before>nonsense</before>'))).fin), /item-not-found/)
  assert.match(String((await query(form({ colour: 'red' }))).fin), /feature-not-implemented/)
  assert.match(String((await query(rsm('<max>-1</max>'))).fin), /bad-request/)
  const stranger = await cluster.edge.connect('nurse@capulet.example').login('spy')
  assert.match(String(await stranger.iq('set', `<query xmlns='${NS.mam}'/>`, JULIET)), /forbidden|service-unavailable/)
})

test('an empty archive is complete', async () => {
  const empty = await cluster.edge.connect('empty@capulet.example').login('x')
  const page = await query('', empty)
  assert.deepEqual([page.bodies, isComplete(page)], [[], true])
})

test('which filters there are can be asked for', async () => {
  const answer = await juliet.iq('get', `<query xmlns='${NS.mam}'/>`)
  for (const name of ['with', 'start', 'end', 'before-id', 'after-id', 'ids', 'include-groupchat'])
    assert.match(String(answer), new RegExp(`var='${name}'`))
  assert.match(String(answer), /<validate [^>]*datatype='xs:string'[^>]*><open\/><\/validate>/)
  assert.doesNotMatch(String(answer), /<required/)
})
