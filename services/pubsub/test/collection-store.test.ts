import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectDatabase, type Database, migrate } from '@heliograph/database'
import { ensureBare, ensureJid, type Jid } from '@heliograph/jid'
import { infrastructure } from '@heliograph/testkit'
import type { Affiliation } from '../src/access/standing.ts'
import { DEFAULT_CONFIG } from '../src/forms/config-form.ts'
import type { NodeConfig } from '../src/forms/node-config.ts'
import { DEFAULT_OPTIONS, type SubscribeOptions } from '../src/forms/subscribe-options.ts'
import { CollectionStore } from '../src/store/collection-store.ts'
import { pubsubMigrations } from '../src/store/migrations.ts'
import { NodeStore } from '../src/store/node-store.ts'
import { PeopleStore } from '../src/store/people-store.ts'
import type { Related, Relating } from '../src/store/relate.ts'
import { removeExpired } from '../src/store/sweeper.ts'

const servers = await infrastructure()
const service = ensureBare('pubsub.capulet.example')
const romeo = ensureBare('romeo@montague.example')
const juliet = ensureBare('juliet@capulet.example')
let db: Database
let nodes: NodeStore
let people: PeopleStore
let collections: CollectionStore
let asked = 0
before(async () => {
  db = await connectDatabase({ url: await servers.createDatabase(), instance: 'pubsub-1', poolSize: 2 })
  await migrate(db, pubsubMigrations)
  nodes = new NodeStore(db)
  people = new PeopleStore(db)
  collections = new CollectionStore(db)
})
after(async () => {
  await db.close()
  await servers.close()
})

const relating = (wish: Relating['wish'], more: Partial<Relating> = {}): Relating => ({
  ...{ wish, by: romeo, isOwner: true, isAdmin: false, stream: 's', count: ++asked, sequence: asked },
  ...more,
})

interface Made {
  readonly config: NodeConfig
  readonly id: string
  readonly node: string
  readonly service: typeof service
}

async function made(node: string, changes: Partial<NodeConfig> = {}, creator = romeo): Promise<Made> {
  const config = { ...DEFAULT_CONFIG, ...changes }
  assert.equal(await nodes.create({ service, node, creator, createdBy: '', config }, 1_000), 'created')
  return { service, node, config, id: (await nodes.load({ service, node }))!.id }
}

const collection = (node: string, changes: Partial<NodeConfig> = {}, creator = romeo) =>
  made(node, { nodeType: 'collection', persistItems: false, ...changes }, creator)

async function put(parent: Made, ...children: readonly Made[]): Promise<void> {
  for (const { node } of children) {
    const related = await collections.relate(parent, relating({ children: { more: node } }))
    assert.equal(typeof related, 'object', String(related))
  }
}

const edgesOf = ({ added, removed }: Related) =>
  [added, removed].map((all) => all.map(({ parent, child }) => `${parent}/${child}`))

test('nodes are put into collections from either side, listed there, and nowhere else', async () => {
  const top = await collection('top')
  const leaf = await made('leaf', { title: 'A leaf' })
  const hidden = await made('hidden', { accessModel: 'whitelist' })
  const listed = async (asker: Jid = juliet) =>
    (await nodes.list(service, ensureBare(asker), {})).map(({ node }) => node)
  assert.deepEqual(await listed(), ['leaf', 'top'])
  const first = await collections.relate(leaf, relating({ parents: { all: ['top'] } }))
  assert.ok(typeof first === 'object')
  assert.deepEqual([edgesOf(first), first.isContained], [[['top/leaf'], []], true])
  await put(top, hidden)
  assert.deepEqual(await collections.relationsOf(top.id), { parents: [], children: ['hidden', 'leaf'] })
  assert.deepEqual(await collections.relationsOf(leaf.id), { parents: ['top'], children: [] })
  assert.equal((await nodes.load(leaf))?.isContained, true)
  assert.deepEqual([await listed(), await nodes.count(service, juliet)], [['top'], 1])
  assert.deepEqual(await collections.list(top.id, juliet, {}), [{ node: 'leaf', title: 'A leaf' }])
  assert.deepEqual([await collections.count(top.id, juliet), await collections.count(top.id, romeo)], [1, 2])
  const page = async (query: object) => (await collections.list(top.id, romeo, query)).map(({ node }) => node)
  assert.deepEqual(
    [await page({ max: 1 }), await page({ after: 'hidden' }), await page({ before: '', max: 1 })],
    [['hidden'], ['leaf'], ['leaf']],
  )
  const taken = await collections.relate(top, relating({ children: { all: [] } }))
  assert.ok(typeof taken === 'object')
  assert.deepEqual(edgesOf(taken), [[], ['top/hidden', 'top/leaf']])
  assert.equal(await collections.relate(top, relating({ children: { less: 'leaf' } })), 'not-related')
  await put(top, leaf)
  await nodes.destroy(top.id, { stream: '', count: 0 }, 1)
  assert.deepEqual(await collections.relationsOf(leaf.id), { parents: [], children: [] })
  assert.ok((await listed()).includes('leaf'))
  await db.query('age', "UPDATE pubsub_nodes SET deleted_at = now() - interval '1 hour' WHERE id = $1", [top.id])
  await removeExpired(db)
  assert.equal((await db.query('edges', 'SELECT 1 FROM pubsub_children WHERE parent_id = $1', [top.id])).count, 0)
})

test('no circles, not too deep, not too many, not by anybody; a refused change changes nothing', async () => {
  const chain: Made[] = []
  for (let i = 0; i < 11; i++) {
    const next = await collection(`chain-${i}`)
    if (i > 0) await put(chain[i - 1]!, next)
    chain.push(next)
  }
  const leaf = await made('deep-leaf')
  const more = (parent: Made, node: string, by: Partial<Relating> = {}) =>
    collections.relate(parent, relating({ children: { more: node } }, by))
  assert.equal(await more(chain[10]!, leaf.node), 'deep')
  assert.equal(await more(chain[10]!, 'chain-0'), 'circle')
  assert.equal(await more(chain[3]!, 'chain-3'), 'circle')
  assert.equal(await collections.relate(chain[0]!, relating({ parents: { all: ['chain-5'] } })), 'circle')
  assert.equal(await more(leaf, 'chain-0'), 'leaf')
  assert.equal(await more(chain[9]!, 'nothing'), 'not-found')
  const foreign = await collection('foreign', { childrenMax: 1 }, juliet)
  assert.equal(await more(foreign, leaf.node, { isOwner: false }), 'forbidden')
  assert.equal(await more(chain[9]!, 'foreign'), 'forbidden')
  assert.equal(typeof (await more(chain[8]!, 'foreign', { isAdmin: true })), 'object')
  const full = await collections.relate(
    foreign,
    relating({ children: { all: ['deep-leaf', 'chain-10'] } }, { isAdmin: true }),
  )
  assert.equal(full, 'full')
  const config = { ...foreign.config, title: 'not kept' }
  const wish = relating({ parents: { all: ['nothing'] } })
  assert.equal(await nodes.configureRelated({ ...foreign, config }, wish), 'not-found')
  assert.equal((await nodes.load(foreign))?.config.title, '')
  const unmade = { service, node: 'unmade', creator: romeo, createdBy: '', config: DEFAULT_CONFIG }
  assert.equal(await nodes.create(unmade, 1_000, wish), 'not-found')
  assert.equal(await nodes.load(unmade), undefined)
  assert.deepEqual(await collections.relationsOf(leaf.id), { parents: [], children: [] })
})

test('two changes at once that make a circle together: one is refused', async () => {
  const [a, b] = [await collection('circle-a'), await collection('circle-b')]
  const both = await Promise.all([
    collections.relate(a, relating({ children: { more: b.node } })),
    collections.relate(b, relating({ children: { more: a.node } })),
  ])
  assert.deepEqual(both.filter((each) => each === 'circle').length, 1)
})

test('a request that comes again changes nothing, and says what of it is still so', async () => {
  const [parent, kept, gone] = [await collection('again'), await made('kept'), await made('gone')]
  const request = relating({ children: { all: ['kept', 'gone'] } })
  await collections.relate(parent, request)
  await collections.relate(gone, relating({ parents: { all: [] } }))
  const again = await collections.relate(parent, request)
  assert.ok(typeof again === 'object')
  assert.deepEqual(edgesOf(again), [['again/kept'], []])
  assert.deepEqual((await collections.relationsOf(parent.id)).children, [kept.node])
})

test('subscribers of collections hear once, by the nearest, what they want to and may', async () => {
  const [top, mid] = [await collection('hear-top'), await collection('hear-mid')]
  const [leaf, other] = [await made('hear-leaf'), await made('hear-other')]
  await put(top, mid, other)
  await put(mid, leaf)
  const subscribed = (node: Made, name: string, options: Partial<SubscribeOptions> = {}) => {
    const subscription = {
      ...DEFAULT_OPTIONS,
      jid: ensureJid(`${name}@a.example`),
      subid: 's',
      state: 'subscribed',
    } as const
    return people.subscribe(node.id, { ...subscription, ...options })
  }
  const items = { toldOf: 'items', depth: undefined } as const
  await subscribed(top, 'all-below', items)
  await subscribed(mid, 'all-below', items)
  await subscribed(top, 'shallow', { ...items, depth: 1 })
  await subscribed(top, 'deep', { toldOf: 'all', depth: 2 })
  await subscribed(top, 'silent', { ...items, deliver: false })
  await subscribed(mid, 'default')
  await subscribed(mid, 'over', { ...items, expire: Date.now() - 1_000 })
  await subscribed(mid, 'twice', items)
  await subscribed(leaf, 'twice')
  await subscribed(mid, 'outcast', items)
  await people.setAffiliates(leaf.id, [{ jid: ensureBare('outcast@a.example'), affiliation: 'outcast' }])
  const heard = async (node: Made, of: 'items' | 'nodes', level: 0 | 1 = 0, max = 100) => {
    const all: string[] = []
    for (let last = ''; ; ) {
      const page = await collections.hearers({ id: node.id, level, open: [leaf.id], of }, last, max)
      all.push(...page.map(({ jid, collection }) => `${jid.split('@')[0]} ${collection}`))
      if (page.length < max) return all
      last = page.at(-1)!.jid
    }
  }
  const published = ['all-below hear-mid', 'deep hear-top']
  assert.deepEqual(await heard(leaf, 'items'), published)
  assert.deepEqual(await heard(leaf, 'items', 0, 1), published)
  assert.deepEqual(await heard(leaf, 'nodes'), ['deep hear-top', 'default hear-mid'])
  assert.deepEqual(await heard(mid, 'nodes', 1), ['deep hear-top', 'default hear-mid'])
  assert.deepEqual(await heard(top, 'nodes', 1), ['deep hear-top'])
  assert.deepEqual(await heard(other, 'items'), ['all-below hear-top', 'deep hear-top', 'shallow hear-top'])
  // What is closed to somebody at the node itself he doesn't hear of by a collection.
  await nodes.configure(leaf.id, { ...leaf.config, accessModel: 'whitelist' })
  assert.deepEqual(await heard(leaf, 'items'), [])
  const member = { jid: ensureBare('deep@a.example'), affiliation: 'member' as Affiliation }
  await people.setAffiliates(leaf.id, [member])
  assert.deepEqual(await heard(leaf, 'items'), ['deep hear-top'])
  // A node that was just deleted is still told of; a collection that was leads nowhere.
  await nodes.destroy(leaf.id, { stream: '', count: 0 }, 1)
  assert.deepEqual(await heard(leaf, 'nodes'), ['deep hear-top'])
  await nodes.destroy(mid.id, { stream: '', count: 0 }, 1)
  assert.deepEqual(await heard(leaf, 'nodes'), [])
})
