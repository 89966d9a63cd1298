import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectDatabase, type Database, migrate } from '@heliograph/database'
import { type BareJid, ensureBare, ensureJid } from '@heliograph/jid'
import { PostgresRosterStore, type Subscription } from '@heliograph/roster'
import { infrastructure } from '@heliograph/testkit'
import { ACCOUNT_CONFIG } from '../src/forms/config-form.ts'
import type { NodeConfig } from '../src/forms/node-config.ts'
import { DEFAULT_OPTIONS } from '../src/forms/subscribe-options.ts'
import { pubsub } from '../src/service.ts'
import { ItemStore } from '../src/store/item-store.ts'
import { LastItems } from '../src/store/last-items.ts'
import { NodeStore } from '../src/store/node-store.ts'
import { PeopleStore } from '../src/store/people-store.ts'

const servers = await infrastructure()
const juliet = ensureBare('juliet@capulet.example')
const nurse = ensureBare('nurse@capulet.example')
const romeo = ensureBare('romeo@montague.example')
const phone = ensureJid('romeo@montague.example/phone')
let db: Database
let last: LastItems
before(async () => {
  db = await connectDatabase({ url: await servers.createDatabase(), instance: 'pubsub-1', poolSize: 2 })
  // What it makes itself when no other service has started yet.
  await migrate(db, pubsub.migrations ?? [])
  last = new LastItems(db)
})
after(async () => {
  await db.close()
  await servers.close()
})

let sequence = Date.now() * 1_000

async function published(service: BareJid, node: string, changes: Partial<NodeConfig> = {}): Promise<string> {
  const nodes = new NodeStore(db)
  await nodes.create(
    { service, node, creator: service, createdBy: '', config: { ...ACCOUNT_CONFIG, ...changes } },
    1_000,
  )
  const id = (await nodes.load({ service, node }))!.id
  for (const item of ['old', 'new']) {
    const items = [{ id: item, sequence: ++sequence, payload: Buffer.from('<x xmlns="y"/>') }]
    await new ItemStore(db).put(id, items, { publisher: service, stream: '', count: 0, onlyOwn: false })
  }
  return id
}

async function contact(owner: BareJid, jid: BareJid, subscription: Subscription, groups: readonly string[] = []) {
  const item = { jid, name: '', groups, subscription, ask: false, approved: false, request: '', listed: true }
  await new PostgresRosterStore(db).put(owner, item)
}

const found = async (nodes: readonly string[], account: BareJid | '' = '') =>
  (await last.of({ client: phone, nodes, account })).map(({ service, node, id }) => `${service} ${node} ${id}`).sort()

test('a client that comes is sent what it wants and may see: the last item of each node', async () => {
  await published(romeo, 'own', { accessModel: 'whitelist' })
  await published(romeo, 'silent', { sendLastItem: 'never' })
  await published(juliet, 'mood')
  await published(juliet, 'closed', { accessModel: 'whitelist' })
  await published(juliet, 'love', { accessModel: 'roster', rosterGroups: ['Love'] })
  await published(juliet, 'staff', { accessModel: 'roster', rosterGroups: ['Staff'] })
  await published(nurse, 'mood', { accessModel: 'open' })
  const outcast = await published(juliet, 'outcast')
  await new PeopleStore(db).setAffiliates(outcast, [{ jid: romeo, affiliation: 'outcast' }])
  const all = ['own', 'silent', 'mood', 'closed', 'love', 'staff', 'outcast']
  assert.deepEqual(await found(all), [`${romeo} own new`])
  await contact(romeo, juliet, 'to')
  await contact(romeo, nurse, 'both')
  assert.deepEqual(await found(all), [`${romeo} own new`], 'their rosters say who sees them')
  await contact(juliet, romeo, 'from', ['Love'])
  await contact(nurse, romeo, 'both')
  assert.deepEqual(await found(all), [
    `${juliet} love new`,
    `${juliet} mood new`,
    `${nurse} mood new`,
    `${romeo} own new`,
  ])
  assert.deepEqual(await found(['mood', 'own'], nurse), [`${nurse} mood new`])
  // Of people elsewhere there is no roster here.
  const pope = ensureJid('pope@rome.example/chair')
  await contact(juliet, ensureBare('pope@rome.example'), 'from', ['Love'])
  const seen = await last.of({ client: pope, nodes: all, account: juliet })
  assert.deepEqual(seen.map(({ node }) => node).sort(), ['love', 'mood', 'outcast'])
  assert.deepEqual(await last.of({ client: pope, nodes: all, account: nurse }), [])
  await db.query('test_block', 'INSERT INTO block_lists VALUES ($1, $2)', [juliet, ['montague.example']])
  assert.deepEqual(await found(all), [`${nurse} mood new`, `${romeo} own new`])
})

test('all nodes of an account go at once', async () => {
  const tybalt = ensureBare('tybalt@capulet.example')
  for (const node of ['a', 'b']) await published(tybalt, node)
  const nodes = new NodeStore(db)
  const before = await nodes.ofAccount(tybalt, phone)
  assert.deepEqual(
    before.map(({ node, affiliation }) => `${node} ${affiliation}`),
    ['a none', 'b none'],
  )
  await nodes.destroyAll(tybalt)
  assert.deepEqual(await nodes.ofAccount(tybalt, phone), [])
})

test('who is no more a contact, or in another group, is no more subscribed where that matters', async () => {
  const account = ensureBare('benvolio@montague.example')
  const people = new PeopleStore(db)
  const ids = {
    open: await published(account, 'open', { accessModel: 'open' }),
    presence: await published(account, 'presence'),
    roster: await published(account, 'roster', { accessModel: 'roster', rosterGroups: ['Friends'] }),
    member: await published(account, 'member'),
  }
  await people.setAffiliates(ids.member, [{ jid: romeo, affiliation: 'member' }])
  const subscription = { ...DEFAULT_OPTIONS, jid: phone, subid: 's', state: 'subscribed' } as const
  for (const id of Object.values(ids)) await people.subscribe(id, subscription)
  const left = async () => (await people.subscriptionsOf(account, romeo)).map(({ node }) => node)
  await people.endClosed(account, { jid: romeo, subscriber: true, groups: ['Friends', 'Others'] })
  assert.deepEqual(await left(), ['member', 'open', 'presence', 'roster'])
  await people.endClosed(account, { jid: romeo, subscriber: true, groups: ['Others'] })
  assert.deepEqual(await left(), ['member', 'open', 'presence'])
  await people.endClosed(account, { jid: romeo, subscriber: false, groups: [] })
  assert.deepEqual(await left(), ['member', 'open'])
})
