import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ArchiveFilter, PageRequest } from '@heliograph/archive'
import { connectDatabase, type Database, FencedError, migrate } from '@heliograph/database'
import { ensureBare, ensureJid } from '@heliograph/jid'
import { infrastructure } from '@heliograph/testkit'
import { DEFAULT_CONFIG } from '../src/forms/config-form.ts'
import { DEFAULT_OPTIONS } from '../src/forms/subscribe-options.ts'
import { ItemArchive } from '../src/store/item-archive.ts'
import { ItemStore } from '../src/store/item-store.ts'
import { pubsubMigrations } from '../src/store/migrations.ts'
import { NodeStore } from '../src/store/node-store.ts'
import { PeopleStore } from '../src/store/people-store.ts'
import { removeExpired } from '../src/store/sweeper.ts'

const servers = await infrastructure()
const service = ensureBare('pubsub.capulet.example')
const romeo = ensureBare('romeo@montague.example')
const juliet = ensureBare('juliet@capulet.example')
let db: Database
let other: Database
let nodes: NodeStore
let people: PeopleStore
let items: ItemStore
before(async () => {
  const url = await servers.createDatabase()
  db = await connectDatabase({ url, instance: 'pubsub-1', poolSize: 2 })
  other = await connectDatabase({ url, instance: 'pubsub-2', poolSize: 1 })
  await migrate(db, pubsubMigrations)
  nodes = new NodeStore(db)
  people = new PeopleStore(db)
  items = new ItemStore(db)
})
after(async () => {
  await db.close()
  await other.close()
  await servers.close()
})

async function made(node: string, config = DEFAULT_CONFIG): Promise<string> {
  assert.equal(await nodes.create({ service, node, creator: romeo, createdBy: 's:1', config }, 100), 'created')
  const stored = await nodes.load({ service, node })
  assert.ok(stored)
  return stored.id
}

const item = (id: string, sequence: number, text = `<x xmlns='${id}'/>`) => ({
  id,
  sequence,
  payload: Buffer.from(text),
})
const by = (publisher: typeof romeo, count = 0, onlyOwn = false) => ({
  publisher,
  stream: count ? 's' : '',
  count,
  onlyOwn,
})

test('a node comes back as it was stored, and is listed for whom it is', async () => {
  const id = await made('plain')
  assert.equal(
    await nodes.create({ service, node: 'plain', creator: juliet, createdBy: '', config: DEFAULT_CONFIG }, 100),
    'exists',
  )
  assert.equal(
    await nodes.create({ service, node: 'more', creator: romeo, createdBy: '', config: DEFAULT_CONFIG }, 1),
    'too-many',
  )
  const stored = await nodes.load({ service, node: 'plain' })
  assert.deepEqual([stored?.creator, stored?.createdBy, stored?.config], [romeo, 's:1', DEFAULT_CONFIG])
  const config = { ...DEFAULT_CONFIG, title: 'it’s “I”', accessModel: 'whitelist', maxItems: undefined } as const
  await nodes.configure(id, config)
  assert.deepEqual((await nodes.load({ service, node: 'plain' }))?.config, config)
  await made('zebra')
  assert.deepEqual(
    (await nodes.list(service, juliet, {})).map(({ node }) => node),
    ['zebra'],
  )
  assert.deepEqual(
    (await nodes.list(service, romeo, {})).map(({ node }) => node),
    ['plain', 'zebra'],
  )
  assert.deepEqual(
    (await nodes.list(service, romeo, { before: '', max: 1 })).map(({ node }) => node),
    ['zebra'],
  )
  assert.equal(await nodes.count(service, juliet), 1)
  const many = `INSERT INTO pubsub_nodes (service, node, creator, created_by, listed, config)
    SELECT 'many.example', 'n' || i, $1, '', true, '{}' FROM generate_series(1, 10001) i`
  await db.query('many', many, [romeo])
  assert.equal(await nodes.count(ensureBare('many.example'), juliet), undefined)
})

test('items are in the order of publication; a repeated request changes none', async () => {
  const id = await made('items')
  const order = async () => (await items.page(id, { page: {}, since: 0, most: 10 }))?.items.map((each) => each.id)
  await items.put(id, [item('a', 10), item('b', 11)], by(romeo, 1))
  await items.put(id, [item('c', 12)], by(juliet, 2))
  assert.deepEqual(await items.put(id, [item('a', 20, '<y/>')], by(romeo, 3)), { isKnown: false, sequence: 20 })
  assert.deepEqual(await order(), ['b', 'c', 'a'])
  for (const onlyOwn of [true, false])
    assert.deepEqual(await items.put(id, [item('a', 30)], by(romeo, 3, onlyOwn)), { isKnown: true, sequence: 20 })
  assert.equal(await items.put(id, [item('d', 31), item('c', 32)], by(romeo, 4, true)), undefined)
  assert.deepEqual(await order(), ['b', 'c', 'a'])
  const page = await items.page(id, { page: { after: 'b', max: 1 }, since: 0, most: 10 })
  assert.deepEqual([page?.items.map((each) => each.id), page?.count, page?.index], [['c'], 3, 1])
  const back = await items.page(id, { page: { before: 'a', max: 1 }, since: 0, most: 2 })
  assert.deepEqual([back?.items.map((each) => each.id), back?.count, back?.index], [['c'], 2, 0])
  assert.equal(await items.page(id, { page: { after: 'missing' }, since: 0, most: 10 }), undefined)
  assert.equal((await items.last(id, 0))?.payload.toString(), '<y/>')
  assert.equal(await items.last(id, 20), undefined)
  const retraction = { stream: 's', count: 5, publisher: undefined, sequence: 40 }
  assert.equal(await items.retract(id, ['b', 'none'], retraction), 'not-found')
  assert.equal(await items.retract(id, ['b', 'c'], { ...retraction, publisher: romeo }), 'foreign')
  assert.deepEqual(await items.retract(id, ['b', 'c'], retraction), { isKnown: false, sequence: 40 })
  assert.deepEqual(await items.ids(id, { since: 0, max: 10 }), ['a'])
  const many = Array.from({ length: 1_200 }, (_, i) => item(`m${i}`, 100 + i))
  await items.put(id, many, by(romeo))
  await items.trim(id, 2)
  assert.deepEqual(await items.ids(id, { since: 0, max: 10 }), ['m1198', 'm1199'])
})

test('a request that comes again undoes nothing that was done since, and says what is still so', async () => {
  const id = await made('again')
  const all = () => items.ids(id, { since: 0, max: 10 })
  const now = Date.now() * 1_000
  await items.put(id, [item('x', now), item('y', now + 1), item('z', now + 2)], by(romeo, 11))
  await items.put(id, [item('x', now + 3, '<newer/>')], by(juliet, 12))
  const first = { stream: 's', count: 11, sequence: now + 2 }
  const still = async () => [...(await items.stillPublished(id, ['x', 'y', 'z'], first))].sort()
  await db.query('trimmed', "DELETE FROM pubsub_items WHERE node_id = $1 AND id = 'y'", [id])
  assert.deepEqual(await still(), ['y', 'z'])
  const retraction = { stream: 's', count: 13, publisher: undefined, sequence: now + 4 }
  await items.retract(id, ['z'], retraction)
  assert.deepEqual(await still(), [])
  assert.equal((await items.put(id, [item('x', now + 9), item('z', now + 10)], by(romeo, 11)))?.sequence, now + 2)
  assert.equal((await items.last(id, 0))?.payload.toString(), '<newer/>')
  await items.put(id, [item('z', now + 5)], by(juliet, 14))
  assert.deepEqual(await items.retract(id, ['z'], { ...retraction, sequence: now + 11 }), {
    isKnown: true,
    sequence: now + 4,
  })
  assert.deepEqual(await all(), ['x', 'z'])
  const purge = { stream: 's', count: 15 }
  assert.deepEqual(await items.purgeBy(id, purge, now + 6), { isKnown: false, sequence: now + 6 })
  await items.put(id, [item('w', now + 7)], by(romeo, 16))
  assert.deepEqual(await items.purgeBy(id, purge, now + 12), { isKnown: true, sequence: now + 6 })
  assert.deepEqual(await all(), ['w'])
  const deletion = { stream: 's', count: 17 }
  await nodes.destroy(id, deletion, now + 8)
  await made('again')
  const former = await nodes.destroyedBy(service, deletion)
  assert.deepEqual([former?.node.id, former?.sequence], [id, now + 8])
  assert.equal(await nodes.destroyedBy(service, { stream: 's', count: 18 }), undefined)
  await db.query('age_request', 'UPDATE pubsub_requests SET sequence = $1 WHERE count = 17', [now - 3_600_000_000])
  await removeExpired(db)
  assert.equal(await nodes.destroyedBy(service, deletion), undefined)
  assert.equal((await items.put(id, [item('w', now + 13)], by(romeo, 16)))?.isKnown, true)
})

test('people: affiliations together, an owner always, outcasts and the unlisted not subscribed', async () => {
  const id = await made('people')
  const subscription = { ...DEFAULT_OPTIONS, subid: 'x', state: 'subscribed' } as const
  const balcony = ensureJid(`${juliet}/balcony`)
  await people.subscribe(id, { ...subscription, jid: juliet })
  await people.subscribe(id, { ...subscription, jid: balcony, deliver: false })
  await people.subscribe(id, { ...subscription, jid: romeo, expire: Date.now() - 1_000 })
  assert.deepEqual(await people.recipients(id, '', 10), [juliet])
  assert.equal(await people.countSubscribers(id), 2)
  const standing = await people.standing(id, juliet)
  assert.deepEqual(
    standing.subscriptions.map(({ jid }) => jid),
    [juliet, balcony],
  )
  assert.deepEqual(
    (await people.subscriptionsOf(service, juliet)).map(({ node }) => node),
    ['people', 'people'],
  )
  assert.equal(await people.setAffiliates(id, [{ jid: romeo, affiliation: 'none' }]), false)
  assert.equal(await people.setAffiliates(id, [{ jid: juliet, affiliation: 'member' }]), true)
  await people.removeUnlisted(id)
  assert.deepEqual(
    (await people.affiliates(id, { max: 10 })).map(({ jid }) => jid),
    [juliet, romeo],
  )
  assert.equal(await people.countSubscribers(id), 2)
  const set = { begun: [{ ...subscription, jid: balcony }], ended: [juliet] }
  const broken = { begun: [...set.begun, { ...subscription, jid: romeo, subid: null as never }], ended: set.ended }
  await assert.rejects(people.setSubscriptions(id, broken, { stream: 's', count: 21, sequence: 1 }))
  assert.deepEqual(await people.recipients(id, '', 10), [juliet])
  assert.equal(await people.setSubscriptions(id, set, { stream: 's', count: 21, sequence: 2 }), false)
  assert.deepEqual(await people.recipients(id, '', 10), [balcony])
  assert.equal(
    await people.setSubscriptions(id, { begun: [], ended: [balcony] }, { stream: 's', count: 21, sequence: 3 }),
    true,
  )
  assert.deepEqual(await people.recipients(id, '', 10), [balcony])
  await people.setAffiliates(id, [{ jid: juliet, affiliation: 'outcast' }])
  assert.deepEqual(await people.standing(id, juliet), { affiliation: 'outcast', subscriptions: [] })
})

test('what is over is removed a little at a time: deleted nodes, and items and subscriptions whose time is up', async () => {
  const id = await made('gone', { ...DEFAULT_CONFIG, itemExpire: 60 })
  const now = Date.now() * 1_000
  await items.put(id, [item('old', now - 61_000_000), item('new', now)], by(romeo))
  const over = { ...DEFAULT_OPTIONS, jid: romeo, subid: 'x', state: 'subscribed', expire: Date.now() - 1 } as const
  await people.subscribe(id, over)
  assert.equal(await removeExpired(db), false)
  assert.deepEqual(await items.ids(id, { since: 0, max: 10 }), ['new'])
  await nodes.destroy(id, { stream: '', count: 0 }, 1)
  assert.equal(await nodes.load({ service, node: 'gone' }), undefined)
  await made('gone')
  await db.query('age', "UPDATE pubsub_nodes SET deleted_at = now() - interval '1 hour' WHERE id = $1", [id])
  await removeExpired(db)
  assert.equal((await db.query('look', 'SELECT 1 FROM pubsub_nodes WHERE id = $1', [id])).count, 0)
  assert.ok(await nodes.load({ service, node: 'gone' }))
})

test('items are an archive, too: pages from either end, by time and by id', async () => {
  const archive = new ItemArchive(db)
  const id = await made('archived')
  const at = (second: number) => second * 1_000_000
  const stored = [1, 2, 3, 4, 5].map((each) => item(`i${each}`, at(each)))
  await items.put(id, stored, by(romeo))
  const read = async (filter: ArchiveFilter, page: PageRequest, floor = 0) => {
    const found = await archive.page(id, { filter, page, floor })
    return `${found.items.map((each) => each.id).join(' ')}${found.complete ? '' : ' …'}`
  }
  const start = (max: number, after?: number): PageRequest => ({ from: 'start', max, after })
  const end = (max: number, before?: number): PageRequest => ({ from: 'end', max, before })
  assert.equal(await read({}, start(2)), 'i1 i2 …')
  assert.equal(await read({}, start(9, at(2))), 'i3 i4 i5')
  assert.equal(await read({}, end(2)), 'i4 i5 …')
  assert.equal(await read({}, end(9, at(3))), 'i1 i2')
  assert.equal(await read({ start: 2_000, end: 4_000 }, start(9)), 'i2 i3 i4')
  assert.equal(await read({ afterId: at(1), beforeId: at(4) }, start(9)), 'i2 i3')
  assert.equal(await read({ ids: [at(2), at(5)] }, end(9)), 'i2 i5')
  assert.equal(await read({}, start(9), at(3)), 'i4 i5')
  assert.equal(await archive.count(id, { filter: { end: 4_000 }, floor: at(1) }), 3)
  assert.equal(await archive.haveAll(id, [at(2), at(3)], at(1)), true)
  assert.equal(await archive.haveAll(id, [at(1)], at(1)), false)
  assert.equal(await archive.haveAll(id, [at(9)], 0), false)
})

test('an instance that was shut out writes nothing any more', async () => {
  const id = await made('fenced')
  await other.fence('pubsub-1')
  await assert.rejects(items.put(id, [item('a', 1)], by(romeo)), FencedError)
  await assert.rejects(nodes.configure(id, DEFAULT_CONFIG), FencedError)
  await assert.rejects(people.setAffiliates(id, [{ jid: juliet, affiliation: 'member' }]), FencedError)
})
