/** PUB-08: what happens at nodes is told to other systems over HTTP, and they publish. */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bothModes } from '@heliograph/testkit'
import { newcomer, together } from '../support/actor.ts'
import {
  done,
  entry,
  failed,
  firstIn,
  freshNode,
  idsOf,
  makeNode,
  news,
  publishing,
  subscribe,
} from '../support/pubsub.ts'
import { post, Receiver } from '../support/receiver.ts'

const SECRET = 'one that both sides know'
const PATIENCE_MS = 30_000

const receiver = await Receiver.start(SECRET)
after(() => receiver.close())
const scenario = await bothModes({
  counts: { fanout: 1, muc: 1, gateway: 1 },
  config: {
    events: {
      deliveries: [{ name: 'hook', nodes: ['told', 'told-*'], url: receiver.url, password: SECRET }],
      sources: [
        { name: 'sensors', node: 'measured', publisher: 'sensors@localhost', password: SECRET },
        { name: 'closed', node: 'of-others', publisher: 'sensors@localhost', password: SECRET },
      ],
    },
  },
})

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !holds(); await sleep(50)) assert.ok(Date.now() < end, what)
}

scenario('what happens at a node is posted with a signature until it is taken, in order', async (site) => {
  using all = together({ owen: await newcomer(site, 'owen') })
  const { owen } = all
  const node = freshNode('told')
  const silent = freshNode('private')
  await makeNode(owen, node)
  await makeNode(owen, silent)
  receiver.status = 503
  const { requests } = receiver
  await done(owen, publishing(silent, 'x'))
  await done(owen, publishing(node, 'a', 'a &lt;b&gt; é'))
  await until(() => receiver.requests > requests, 'nothing was posted')
  await done(owen, publishing(node, 'b'))
  receiver.status = 200
  await done(owen, { type: 'set', inside: `<retract node='${node}'><item id='a'/></retract>` })
  await done(owen, { type: 'set', owner: true, inside: `<purge node='${node}'/>` })
  await done(owen, { type: 'set', owner: true, inside: `<delete node='${node}'/>` })
  await until(() => receiver.of(node).at(-1)?.type === 'deleted', 'the last was not posted')
  const told = receiver.of(node)
  assert.deepEqual(
    told.map(({ type, item }) => `${type} ${item ?? ''}`.trim()),
    ['published a', 'published b', 'retracted a', 'purged', 'deleted'],
  )
  const [first] = told
  assert.deepEqual(
    [first?.service, first?.publisher, first?.payload],
    [`pubsub.${site.domain}`, owen.jid.split('/')[0], "<entry xmlns='urn:test:entry'>a &lt;b&gt; é</entry>"],
  )
  assert.deepEqual([receiver.forged, receiver.of(silent)], [0, []])
})

scenario('who knows the secret publishes, once however often', async (site) => {
  using all = together({ sue: await newcomer(site, 'sue'), owen: await newcomer(site, 'owen', { edge: 1 }) })
  const { sue, owen } = all
  const at = (edge: number) => site.edge(edge).http
  const good = (body: object) => ({ body: JSON.stringify(body), secret: SECRET })
  const made = await post(at(0), 'sensors', good({ item: 'first', payload: entry('21.5') }))
  assert.deepEqual([made.status, made.item], [200, 'first'])
  await subscribe(sue, 'measured')
  assert.deepEqual(idsOf((await news(sue, 'measured')).news), ['first'])
  const json = good({ id: 'reading-2', json: { celsius: '<21.7>' } })
  const second = await post(at(0), 'sensors', json)
  assert.deepEqual([second.status, await post(at(1), 'sensors', json)], [200, second])
  const heard = (await news(sue, 'measured')).news
  assert.deepEqual(idsOf(heard), [second.item])
  assert.equal(firstIn(heard).getChildText('json', 'urn:xmpp:json:0'), '{"celsius":"<21.7>"}')
  const kept = await done(sue, { type: 'get', inside: "<items node='measured'/>" })
  assert.deepEqual(idsOf(kept), ['first', second.item])
  assert.equal(await failed(owen, publishing('measured', 'x')), 'auth/forbidden')
  assert.equal((await post(at(0), 'sensors', { body: '{}', secret: 'not the one that is known' })).status, 401)
  assert.equal((await post(at(1), 'sensors', good({ payload: '<x' }))).status, 400)
  assert.equal((await post(at(0), 'nobody', good({}))).status, 404)
  await makeNode(owen, 'of-others')
  const foreign = await post(at(1), 'closed', good({ payload: entry('x') }))
  assert.deepEqual([foreign.status, foreign.condition], [403, 'forbidden'])
})
