import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectDatabase, type Database, migrate } from '@heliograph/database'
import { type BareJid, ensureBare, ensureJid, type Jid } from '@heliograph/jid'
import { infrastructure } from '@heliograph/testkit'
import { DEFAULT_CONFIG } from '../src/forms/config-form.ts'
import type { NodeConfig } from '../src/forms/node-config.ts'
import { DEFAULT_OPTIONS } from '../src/forms/subscribe-options.ts'
import { ItemStore } from '../src/store/item-store.ts'
import { pubsubMigrations } from '../src/store/migrations.ts'
import { NodeStore } from '../src/store/node-store.ts'
import { PeopleStore } from '../src/store/people-store.ts'

const servers = await infrastructure()
const service = ensureBare('pubsub.capulet.example')
const romeo = ensureBare('romeo@capulet.example')
const orchard = ensureJid('romeo@capulet.example/orchard')
const juliet = ensureBare('juliet@capulet.example')
let db: Database
let nodes: NodeStore
let people: PeopleStore
let items: ItemStore
before(async () => {
  db = await connectDatabase({ url: await servers.createDatabase(), instance: 'pubsub-1', poolSize: 2 })
  await migrate(db, pubsubMigrations)
  nodes = new NodeStore(db)
  people = new PeopleStore(db)
  items = new ItemStore(db)
})
after(async () => {
  await db.close()
  await servers.close()
})

async function made(at: BareJid, node: string, creator: BareJid, more: Partial<NodeConfig> = {}): Promise<string> {
  const config = { ...DEFAULT_CONFIG, ...more }
  assert.equal(await nodes.create({ service: at, node, creator, createdBy: '', config }, 2), 'created')
  return (await nodes.load({ service: at, node }))!.id
}

const subscribe = (id: string, jid: Jid, state: 'subscribed' | 'pending' = 'subscribed') =>
  people.subscribe(id, { ...DEFAULT_OPTIONS, jid, subid: 's', state })
const put = (id: string, name: string, publisher: BareJid, onlyOwn = false) =>
  items.put(id, [{ id: name, sequence: ++sequence, payload: Buffer.from('<x/>') }], {
    ...{ publisher, stream: '', count: 0, onlyOwn },
  })
let sequence = 0

async function depart(...jids: readonly BareJid[]): Promise<void> {
  const sql = `INSERT INTO departed_accounts (jid) SELECT unnest($1::text[]) ON CONFLICT (jid) DO UPDATE SET departed_at = now()`
  await db.query('test_depart', sql, [jids])
}

test('nodes keep nothing of a deleted account but that it is banned, and its own nodes are no more', async () => {
  const hers = await made(service, 'hers', juliet)
  const his = await made(service, 'his', romeo)
  const shut = await made(service, 'shut', juliet)
  const pep = await made(juliet, 'mood', juliet)
  const own = await made(romeo, 'tune', romeo)
  await people.setAffiliates(hers, [{ jid: romeo, affiliation: 'publisher' }])
  await people.setAffiliates(shut, [{ jid: romeo, affiliation: 'outcast' }])
  await subscribe(hers, romeo)
  await subscribe(hers, juliet)
  await subscribe(pep, orchard)
  await subscribe(his, romeo, 'pending')
  await put(own, 'song', romeo)
  assert.equal((await people.leftBy(new Set([romeo]))).size, 0)
  await depart(romeo)
  assert.deepEqual(await people.leftBy(new Set([romeo, juliet])), new Set([hers, his, pep, own]))
  for (const at of [service, juliet]) assert.deepEqual(await people.subscriptionsOf(at, romeo), [])
  assert.deepEqual(await people.affiliationsOf(service, romeo), [{ node: 'shut', jid: romeo, affiliation: 'outcast' }])
  assert.deepEqual(await people.affiliates(hers, { max: 9 }), [{ jid: juliet, affiliation: 'owner' }])
  assert.deepEqual(await people.recipients(hers, '', 9), [juliet])
  assert.equal(await nodes.load({ service: romeo, node: 'tune' }), undefined)
  assert.equal((await nodes.load({ service, node: 'his' }))?.creator, service)
  // Who has the name now begins with nothing: neither what was in a node nor what counted as his.
  const again = await made(romeo, 'tune', romeo)
  assert.deepEqual(await items.ids(again, { since: 0, max: 9 }), [])
  for (const node of ['one', 'two']) await made(service, node, romeo)
  await depart(juliet)
  assert.deepEqual(await people.affiliationsOf(romeo, romeo), [{ node: 'tune', jid: romeo, affiliation: 'owner' }])
  assert.deepEqual(await people.leftBy(new Set([juliet])), new Set([hers, shut, pep]))
})

test('what a deleted account published stays, and whoever takes the name has no hold on it', async () => {
  const [rosaline, paris] = [ensureBare('rosaline@capulet.example'), ensureBare('paris@capulet.example')]
  const open = await made(service, 'open', rosaline, { publishModel: 'open' })
  const club = await made(service, 'club', rosaline, { publishModel: 'subscribers' })
  const press = await made(ensureBare('news.capulet.example'), 'press', rosaline)
  await subscribe(club, paris)
  await people.setAffiliates(press, [{ jid: paris, affiliation: 'publish-only' }])
  for (const id of [open, club, press]) {
    await put(id, 'former', paris)
    await put(id, 'other', rosaline)
  }
  assert.ok(await put(open, 'former', paris, true))
  await depart(paris)
  for (const id of [open, club, press]) {
    assert.equal(await put(id, 'former', paris, true), undefined)
    const retraction = { stream: '', count: 0, publisher: paris, sequence: ++sequence }
    assert.equal(await items.retract(id, ['former'], retraction), 'foreign')
    assert.deepEqual((await items.ids(id, { since: 0, max: 9 })).toSorted(), ['former', 'other'])
    assert.ok(await put(id, 'new', paris, true))
    assert.ok(await put(id, 'other', rosaline, true))
  }
})

test('which nodes knew a deleted account is forgotten with the note of it, and noted again with the next', async () => {
  const benvolio = ensureBare('benvolio@capulet.example')
  const id = await made(ensureBare('other.capulet.example'), 'n', juliet)
  await subscribe(id, benvolio)
  await depart(benvolio)
  await subscribe(id, benvolio)
  await depart(benvolio)
  assert.deepEqual(await people.recipients(id, '', 9), [])
  assert.deepEqual(await people.leftBy(new Set([benvolio])), new Set([id]))
  await db.query('test_forget', 'DELETE FROM departed_accounts WHERE jid = $1', [benvolio])
  assert.equal((await people.leftBy(new Set([benvolio]))).size, 0)
})
