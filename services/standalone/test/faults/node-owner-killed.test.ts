/**
 * PUB-01, PUB-02: owners of nodes die, or hand over, while others publish, at the service and at accounts: what was acknowledged is stored once, under its
 * id, and everybody who is to hear of it is told.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, infrastructure, type RawClient, Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, newcomer, settle, together } from '../support/actor.ts'
import { Software } from '../support/eventing.ts'
import { befriend } from '../support/friends.ts'
import {
  done,
  entry,
  formXml,
  freshNode,
  idsOf,
  makeNode,
  newsOf,
  PUBSUB,
  subscribe,
  subscribing,
} from '../support/pubsub.ts'

const NODES = 6
const PATIENCE_MS = 60_000
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A node, and who publishes to it. */
interface Target {
  readonly client: RawClient
  readonly node: string
  /** Undefined: of the publisher's own account. */
  readonly to?: string
}

const requestXml = ({ to }: Target, { id, type, inside }: { id: string; type: 'get' | 'set'; inside: string }) =>
  `<iq type='${type}' id='${id}'${to === undefined ? '' : ` to='${to}'`}><pubsub xmlns='${PUBSUB}'>${inside}</pubsub></iq>`

/** Publishes to nodes by turns, without ids, and keeps those that it is told. */
class Publisher {
  readonly stored = new Map<Target, string[]>()
  asked = 0
  answered = 0
  readonly refusals: string[] = []
  readonly #targets: readonly Target[]
  #timer: NodeJS.Timeout | undefined

  constructor(targets: readonly Target[]) {
    this.#targets = targets
    for (const target of targets) this.stored.set(target, [])
  }

  start(): void {
    this.#timer = setInterval(() => this.#publish(), 40)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #publish(): void {
    const target = this.#targets[this.asked % this.#targets.length]!
    const id = `publish-${this.asked++}`
    const inside = `<publish node='${target.node}'><item>${entry(id)}</item></publish>`
    target.client.send(requestXml(target, { id, type: 'set', inside }))
    target.client
      .expect((it) => it.name === 'iq' && it.attrs.id === id, PATIENCE_MS)
      .then(
        (answer) => {
          this.answered++
          const item = idsOf(answer.getChild('pubsub')?.getChild('publish'))[0]
          if (item === undefined) this.refusals.push(String(answer))
          else this.stored.get(target)!.push(item)
        },
        (error: unknown) => this.refusals.push(String(error)),
      )
  }
}

async function until(holds: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !holds(); await pause(100)) assert.ok(Date.now() < end, what())
}

/** Ids of all items, page by page. */
async function keptIn(target: Target): Promise<string[]> {
  const kept: string[] = []
  for (;;) {
    const from = kept.length === 0 ? '<index>0</index>' : `<after>${kept.at(-1)}</after>`
    const inside = `<items node='${target.node}'/><set xmlns='http://jabber.org/protocol/rsm'>${from}</set>`
    const answer = await target.client.request(requestXml(target, { id: `page-${kept.length}`, type: 'get', inside }))
    assert.equal(answer.attrs.type, 'result', `${answer}`)
    const page = idsOf(answer.getChild('pubsub')?.getChild('items') as Element)
    if (page.length === 0) return kept
    kept.push(...page)
  }
}

/** Nodes of the service that `sue` has subscribed to; all are in a collection that `tim` has subscribed to. */
async function ofService(owen: RawClient, sue: RawClient, tim: RawClient): Promise<Target[]> {
  const targets = Array.from({ length: NODES }, () => ({ client: owen, node: freshNode(), to: 'pubsub.localhost' }))
  const collection = freshNode('all')
  await makeNode(owen, collection, { node_type: 'collection' })
  const options = `<options>${formXml({ subscription_type: 'items' }, 'subscribe_options')}</options>`
  await done(tim, subscribing(collection, bareOf(tim.jid), options))
  for (const { node } of targets) {
    await makeNode(owen, node, { max_items: 'max', send_last_published_item: 'never', collection })
    await subscribe(sue, node)
  }
  return targets
}

/** A node of each account, whose contact `sue` wants to hear of them. */
async function ofAccounts(accounts: readonly RawClient[], sue: RawClient): Promise<[Target[], Software]> {
  const targets = accounts.map((client) => ({ client, node: freshNode('mood') }))
  const software = new Software(...targets.map(({ node }) => node))
  await software.announce(sue)
  await software.explain(sue)
  await settle(sue)
  for (const target of targets) {
    await befriend(target.client, sue)
    const inside = `<create node='${target.node}'/><configure>${formXml({ max_items: 'max' })}</configure>`
    const answer = await target.client.request(requestXml(target, { id: 'make', type: 'set', inside }))
    assert.equal(answer.attrs.type, 'result', `${answer}`)
  }
  return [targets, software]
}

/** Waits until a client was told of all that was stored, and nothing else. */
async function isToldOf(client: RawClient, { node }: Target, stored: readonly string[]): Promise<void> {
  const told = new Set<string>()
  const isTold = () => {
    for (const it of client.takeAll((it) => newsOf(it, node) !== undefined))
      for (const id of idsOf(newsOf(it, node))) told.add(id)
    return stored.every((id) => told.has(id))
  }
  await until(isTold, () => `${client.jid} was told ${told.size} of ${stored.length}`)
  assert.deepEqual(told, new Set(stored), 'told')
}

test('each owner of nodes is killed in its turn, one ends in order: nothing acknowledged is lost or stored twice, all is told', async () => {
  await using servers = await infrastructure({ own: true })
  await using site = await Site.cluster({ servers })
  using all = together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    sue: await newcomer(site, 'sue', { edge: 1 }),
    ann: await newcomer(site, 'ann', { edge: 0 }),
    ben: await newcomer(site, 'ben', { edge: 1 }),
    cat: await newcomer(site, 'cat', { edge: 0 }),
    tim: await newcomer(site, 'tim', { edge: 1 }),
  })
  const { owen, sue, ann, ben, cat, tim } = all
  const served = await ofService(owen, sue, tim)
  const [own, software] = await ofAccounts([ann, ben, cat], sue)
  const targets = [...served, ...own]
  const publisher = new Publisher(targets)
  publisher.start()
  const owners = (site.server as Cluster).of('pubsub')
  const goesOn = async () => {
    const { asked } = publisher
    await until(
      () => publisher.answered > asked + 2 * targets.length,
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
  for (const target of targets) {
    const stored = publisher.stored.get(target)!
    for (const client of served.includes(target) ? [sue, tim] : [sue]) await isToldOf(client, target, stored)
    assert.deepEqual(await keptIn(target), stored, 'stored')
  }
  sue.send("<presence type='unavailable'/>")
  await sue.expect((it) => it.attrs.from === sue.jid && it.attrs.type === 'unavailable')
  await software.announce(sue)
  for (const { node, ...target } of own) {
    // What was told twice may come late, but it says nothing of when that was.
    const last = await sue.expect((it) => newsOf(it, node) !== undefined && it.getChild('delay') !== undefined)
    assert.deepEqual(idsOf(newsOf(last, node)), [(await keptIn({ node, ...target })).at(-1)], 'the last item')
  }
})
