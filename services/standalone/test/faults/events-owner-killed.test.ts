/** PUB-08: owners of nodes are killed while nobody takes their events: what was acknowledged is told afterwards, in order, over HTTP and NATS. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectNats } from '@heliograph/bus'
import { type Cluster, infrastructure, Site } from '@heliograph/testkit'
import { newcomer, together } from '../support/actor.ts'
import { done, entry, idsOf, makeNode, publishing } from '../support/pubsub.ts'
import { Receiver } from '../support/receiver.ts'

const SECRET = 'one that both sides know'
const PATIENCE_MS = 60_000
const NODES = ['told-a', 'told-b', 'told-c', 'told-d']
const ROUNDS = 3

async function until(holds: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await holds()); await sleep(100)) assert.ok(Date.now() < end, what())
}

test('owners are killed while the receiver of their events is away: it is told of all that was acknowledged', async () => {
  await using servers = await infrastructure({ own: true })
  await using receiver = await Receiver.start(SECRET)
  const events = {
    deliveries: [
      { name: 'hook', nodes: ['told-*'], url: receiver.url, password: SECRET },
      { name: 'bus', nodes: ['told-*'], subject: 'elsewhere.told' },
    ],
    sources: [{ name: 'bus', node: 'measured', publisher: 'sensors@localhost', subject: 'elsewhere.measured' }],
  }
  const counts = { fanout: 1, muc: 1, gateway: 1 }
  await using site = await Site.cluster({ servers, counts, config: { events } })
  using all = together({ owen: await newcomer(site, 'owen') })
  const { owen } = all
  const log = { warn: () => {}, error: () => {} } as never
  await using stack = new AsyncDisposableStack()
  const bus = await connectNats({ servers: servers.nats.url, name: 'test', log })
  stack.defer(() => bus.close(1_000))
  for (const node of NODES) await makeNode(owen, node)
  await receiver.close()
  const owners = (site.server as Cluster).of('pubsub')
  const published = new Map(NODES.map((node) => [node, [] as string[]]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const node of NODES) {
      for (const item of [`${round}-x`, `${round}-y`]) {
        await done(owen, publishing(node, item))
        published.get(node)!.push(item)
      }
    }
    const owner = owners[round % owners.length]!
    await owner.process.kill()
    await owner.process.start()
  }
  const heard = new Map(NODES.map((node) => [node, [] as string[]]))
  bus.subscribe('elsewhere.told', ({ payload, reply }) => {
    const { node, item } = JSON.parse(payload.toString()) as { node: string; item: string }
    if (!heard.get(node)?.includes(item)) heard.get(node)?.push(item)
    if (reply !== undefined) bus.publish(reply, Buffer.from('+OK'))
  })
  await receiver.open()
  const posted = () => new Map(NODES.map((node) => [node, receiver.of(node).map(({ item }) => item)]))
  const expected = JSON.stringify([...published])
  await until(
    () => JSON.stringify([...posted()]) === expected,
    () => `posted ${JSON.stringify([...posted()])}`,
  )
  await until(
    () => JSON.stringify([...heard]) === expected,
    () => `heard ${JSON.stringify([...heard])}`,
  )
  assert.equal(receiver.forged, 0)
  // As a source on NATS does: again, until it is told that its item is stored.
  const answers: string[] = []
  bus.subscribe('elsewhere.answers', ({ payload }) => answers.push(payload.toString()))
  const body = Buffer.from(JSON.stringify({ id: 'reading', payload: entry('21.5') }))
  const isStored = () => answers.some((answer) => answer.startsWith('+OK '))
  await until(
    () => {
      if (!isStored()) bus.publish('elsewhere.measured', body, 'elsewhere.answers')
      return isStored()
    },
    () => `answers ${answers.join()}`,
  )
  const kept = await done(owen, { type: 'get', inside: "<items node='measured'/>" })
  assert.deepEqual(idsOf(kept), [answers.find((answer) => answer.startsWith('+OK '))?.slice(4)])
})
