/** PUB-01: owners of nodes die, or hand over, while others publish: what was acknowledged is stored once, under its id, and every subscriber is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, infrastructure, type RawClient, Site } from '@heliograph/testkit'
import { newcomer, together } from '../support/actor.ts'
import { entry, freshNode, idsOf, keptIn, makeNode, newsOf, PUBSUB, subscribe } from '../support/pubsub.ts'

const NODES = 6
const PATIENCE_MS = 60_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Publishes to nodes by turns, without ids, and keeps those that it is told. */
class Publisher {
  readonly stored = new Map<string, string[]>()
  asked = 0
  answered = 0
  readonly refusals: string[] = []
  readonly #client: RawClient
  readonly #nodes: readonly string[]
  #timer: NodeJS.Timeout | undefined

  constructor(client: RawClient, nodes: readonly string[]) {
    this.#client = client
    this.#nodes = nodes
    for (const node of nodes) this.stored.set(node, [])
  }

  start(): void {
    this.#timer = setInterval(() => this.#publish(), 50)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #publish(): void {
    const node = this.#nodes[this.asked % NODES]!
    const id = `publish-${this.asked++}`
    this.#client.send(
      `<iq type='set' id='${id}' to='pubsub.localhost'><pubsub xmlns='${PUBSUB}'><publish node='${node}'><item>${entry(id)}</item></publish></pubsub></iq>`,
    )
    this.#client
      .expect((it) => it.name === 'iq' && it.attrs.id === id, PATIENCE_MS)
      .then(
        (answer) => {
          this.answered++
          const item = idsOf(answer.getChild('pubsub')?.getChild('publish'))[0]
          if (item === undefined) this.refusals.push(String(answer))
          else this.stored.get(node)!.push(item)
        },
        (error: unknown) => this.refusals.push(String(error)),
      )
  }
}

async function until(holds: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !holds(); await pause(100)) assert.ok(Date.now() < end, what())
}

test('each owner of nodes is killed in its turn, one ends in order: nothing acknowledged is lost or stored twice, all is told', async () => {
  await using servers = await infrastructure({ own: true })
  await using site = await Site.cluster({ servers })
  using all = together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    sue: await newcomer(site, 'sue', { edge: 1 }),
  })
  const { owen, sue } = all
  const nodes = Array.from({ length: NODES }, () => freshNode())
  for (const node of nodes) {
    await makeNode(owen, node, { max_items: 'max', send_last_published_item: 'never' })
    await subscribe(sue, node)
  }
  const publisher = new Publisher(owen, nodes)
  publisher.start()
  const owners = (site.server as Cluster).of('pubsub')
  const goesOn = async () => {
    const { asked } = publisher
    await until(
      () => publisher.answered > asked + 2 * NODES,
      () => `${publisher.answered} of ${publisher.asked} answered`,
    )
  }
  for (const owner of owners) {
    await pause(1_000)
    await owner.process.kill()
    await goesOn()
    await owner.process.start()
    // It is given partitions back while they are published to.
    await pause(3_000)
  }
  assert.equal(await owners[0]!.process.drain(), 0)
  await goesOn()
  publisher.stop()
  await until(
    () => publisher.answered === publisher.asked,
    () => `${publisher.answered} of ${publisher.asked} answered`,
  )
  assert.deepEqual(publisher.refusals, [])
  for (const node of nodes) {
    const stored = publisher.stored.get(node)!
    const last = stored.at(-1)!
    await sue.expect((it) => idsOf(newsOf(it, node)).includes(last), PATIENCE_MS)
    const told = sue.takeAll((it) => newsOf(it, node) !== undefined).flatMap((it) => idsOf(newsOf(it, node)))
    // Expected above, so taken already.
    assert.deepEqual(new Set([...told, last]), new Set(stored), 'told')
    assert.deepEqual(await keptIn(owen, node), stored, 'stored')
  }
})
