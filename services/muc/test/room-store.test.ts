import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { archiveMigrations } from '@heliograph/archive'
import { connectDatabase, type Database, FencedError, migrate } from '@heliograph/database'
import { type BareJid, type Domain, domainOf, ensureBare } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import { infrastructure } from '@heliograph/testkit'
import { DEFAULT_CONFIG } from '../src/forms/config-form.ts'
import { roomMigrations } from '../src/store/migrations.ts'
import { PostgresRoomStore } from '../src/store/postgres-room-store.ts'

const servers = await infrastructure()
const domain = 'conference.capulet.example' as Domain
const romeo = ensureBare('romeo@montague.example')
const juliet = ensureBare('juliet@capulet.example')
const room = (name: string) => ensureBare(`${name}@${domain}`)
let db: Database
let other: Database
let store: PostgresRoomStore
before(async () => {
  const url = await servers.createDatabase()
  db = await connectDatabase({ url, instance: 'muc-1', poolSize: 2 })
  other = await connectDatabase({ url, instance: 'muc-2', poolSize: 1 })
  await migrate(db, [...archiveMigrations, ...roomMigrations])
  store = new PostgresRoomStore(db)
})
after(async () => {
  await db.close()
  await other.close()
  await servers.close()
})

test('a room comes back as it was stored', async () => {
  const jid = room('balcony')
  const made = { jid, creator: romeo, config: DEFAULT_CONFIG, locked: true }
  assert.equal(await store.create(made, 10), 'created')
  assert.equal(await store.create({ ...made, creator: juliet }, 10), 'exists')
  const fresh = await store.load(jid)
  assert.ok(fresh && Math.abs(fresh.created - Date.now()) < 60_000)
  assert.deepEqual(fresh, {
    jid,
    creator: romeo,
    created: fresh.created,
    locked: true,
    config: DEFAULT_CONFIG,
    subject: undefined,
    vcard: undefined,
    hats: undefined,
    affiliates: [{ jid: romeo, affiliation: 'owner', nick: undefined, reason: undefined }],
    subscriptions: [],
  })
  const config = { ...DEFAULT_CONFIG, name: 'Balcony', maxOccupants: 2, persistent: true, password: 'it’s “I”' }
  await store.configure(jid, config)
  await store.setSubject(jid, { text: 'Names', by: 'Romeo', at: 1_700_000_000_123 })
  await store.setVcard(jid, { xml: '<vCard/>', avatarHashes: ['aa', 'bb'] })
  const full = await store.load(jid)
  assert.deepEqual(full?.config, config)
  assert.deepEqual(full?.subject, { text: 'Names', by: 'Romeo', at: 1_700_000_000_123 })
  assert.equal(full?.locked, false)
  assert.deepEqual(full?.vcard, { xml: '<vCard/>', avatarHashes: ['aa', 'bb'] })
  await store.setVcard(jid, undefined)
  await store.configure(jid, { ...config, maxOccupants: undefined })
  const changed = await store.load(jid)
  assert.equal(changed?.vcard, undefined)
  assert.equal(changed?.config.maxOccupants, undefined)
  await store.destroy(jid)
  assert.equal(await store.load(jid), undefined)
  assert.equal(await store.load(room('nowhere')), undefined)
})

test('hats and who wears them are kept, and go with the last hat', async () => {
  const jid = room('hats')
  await store.create({ jid, creator: romeo, config: DEFAULT_CONFIG, locked: false }, 10)
  assert.equal((await store.load(jid))?.hats, undefined)
  const hats = { hats: [{ uri: 'urn:x:host', title: 'Host “I”' }], worn: { [juliet]: ['urn:x:host'] } }
  await store.setHats(jid, hats)
  assert.deepEqual((await store.load(jid))?.hats, hats)
  await store.setHats(jid, { hats: [], worn: {} })
  assert.equal((await store.load(jid))?.hats, undefined)
  await store.destroy(jid)
})

test('affiliations are changed together, and none of somebody without a nick is nothing', async () => {
  const jid = room('friends')
  const banned = { jid: ensureBare('verona.example'), affiliation: 'outcast', nick: undefined, reason: 'Feud' } as const
  await store.create(
    {
      jid,
      creator: romeo,
      config: DEFAULT_CONFIG,
      locked: false,
      affiliates: [{ jid: juliet, affiliation: 'member' }],
    },
    10,
  )
  await store.setAffiliates(jid, [
    { jid: juliet, affiliation: 'none' },
    { jid: romeo, affiliation: 'owner', nick: 'R' },
    banned,
  ])
  const known = await store.load(jid)
  assert.deepEqual(
    [...known!.affiliates].sort((a, b) => a.jid.localeCompare(b.jid)),
    [{ jid: romeo, affiliation: 'owner', nick: 'R', reason: undefined }, banned],
  )
  await assert.rejects(
    store.setAffiliates(jid, [
      { jid: juliet, affiliation: 'admin' },
      { jid: romeo, affiliation: null as never },
    ]),
  )
  assert.equal((await store.load(jid))?.affiliates.length, 2)
  await store.destroy(jid)
  // Who was known to a room that is gone isn't known to the next of that name.
  await store.create({ jid, creator: juliet, config: DEFAULT_CONFIG, locked: false }, 10)
  assert.deepEqual(
    (await store.load(jid))?.affiliates.map((each) => each.jid),
    [juliet],
  )
  await store.destroy(jid)
})

test('a room is copied, replaced by its copy, and noted where it was', async () => {
  const [first, second, third] = ['first', 'second', 'third'].map(room) as [BareJid, BareJid, BareJid]
  const affiliates = [{ jid: juliet, affiliation: 'member', nick: 'J', reason: undefined }] as const
  const config = { ...DEFAULT_CONFIG, persistent: true }
  await store.create({ jid: first, creator: romeo, config, locked: false, affiliates }, 10)
  await store.setSubject(first, { text: 'Names', by: 'R', at: 1_700_000_000_000 })
  const before = await store.load(first)
  assert.equal(await store.copy(first, second), true)
  // Tried again after a death in between.
  assert.equal(await store.copy(first, second), true)
  assert.equal((await store.load(second))?.locked, true)
  await store.create({ jid: third, creator: juliet, config, locked: true }, 10)
  assert.deepEqual([await store.copy(first, third), await store.copy(third, second)], [false, false])
  assert.deepEqual([await store.destroyPassing(third), await store.destroyPassing(third)], [true, false])
  await store.replace(first, second)
  assert.equal(await store.load(first), undefined)
  // Its owner may take it for the locked one that it was.
  assert.equal(await store.destroyPassing(second), false)
  const sorted = (known: Awaited<ReturnType<typeof store.load>>) => ({
    ...known,
    jid: second,
    affiliates: [...known!.affiliates].sort((a, b) => a.jid.localeCompare(b.jid)),
  })
  assert.deepEqual(sorted(await store.load(second)), sorted(before))
  assert.equal(await store.movedTo(first), second)
  await store.copy(second, third)
  await store.replace(second, third)
  assert.deepEqual([await store.movedTo(first), await store.movedTo(second)], [third, third])
  assert.deepEqual([await store.forgetMove(first), await store.forgetMove(first)], [true, false])
  await store.copy(third, second)
  await store.replace(third, second)
  assert.deepEqual([await store.movedTo(second), await store.movedTo(third)], [undefined, second])
  await store.destroy(second)
  assert.equal(await store.movedTo(third), undefined)
})

test('one user has only so many rooms', async () => {
  const jids = ['one', 'two', 'three'].map(room)
  const make = (jid: (typeof jids)[number]) =>
    store.create({ jid, creator: juliet, config: DEFAULT_CONFIG, locked: false }, 2)
  assert.equal(await make(jids[0]!), 'created')
  assert.equal(await make(jids[1]!), 'created')
  assert.equal(await make(jids[2]!), 'too-many')
  assert.equal(await store.countOf(juliet), 2)
  assert.equal(await store.load(jids[2]!), undefined)
  for (const jid of jids) await store.destroy(jid)
  assert.equal(await store.countOf(juliet), 0)
})

test('pages of listed rooms', async () => {
  const jids = Array.from({ length: 5 }, (_, n) => room(`list${n}`))
  for (const jid of jids) {
    const config = { ...DEFAULT_CONFIG, listed: jid !== jids[2], name: jid.slice(0, 5) }
    await store.create({ jid, creator: romeo, config, locked: jid === jids[4] }, 10)
  }
  const page = async (request: object) => {
    const { rooms, index, count } = await store.list({ domain, page: request })
    return [rooms.map((each) => each.jid.slice(4, 5)).join(''), index, count]
  }
  assert.deepEqual(await page({}), ['013', 0, 3])
  assert.deepEqual(await page({ max: 1 }), ['0', 0, 3])
  assert.deepEqual(await page({ max: 1, after: jids[0]! }), ['1', 1, 3])
  assert.deepEqual(await page({ max: 2, before: '' }), ['13', 1, 3])
  assert.deepEqual(await page({ max: 1, before: jids[3]! }), ['1', 1, 3])
  assert.deepEqual(await page({ max: 1, index: 2 }), ['3', 2, 3])
  assert.deepEqual(await page({ max: 0 }), ['', 0, 3])
  assert.equal((await store.list({ domain, page: {} })).rooms[0]?.name, 'list0')
  const all = await store.all(jids[0]!, 3, domain)
  assert.deepEqual(
    all.map(({ name, listed, locked }) => [name, listed, locked]),
    [
      ['list1', true, false],
      ['list2', false, false],
      ['list3', true, false],
    ],
  )
  assert.equal(all[0]?.creator, romeo)
  assert.equal((await store.all('', 100)).length, 5)
  assert.equal((await store.all('', 100, 'other.example' as Domain)).length, 0)
  assert.equal((await store.list({ domain: 'other.example' as Domain, page: {} })).count, 0)
  for (const jid of jids) await store.destroy(jid)
})

test('rooms are found by their words, as they are written', async () => {
  const words: [string, string, string][] = [
    ['cave', 'A Dark Cave', 'The place for all good witches!'],
    ['heath', 'Heath', '100% of dark_weather'],
    ['dark', '', ''],
  ]
  for (const [local, name, description] of words) {
    const config = { ...DEFAULT_CONFIG, name, description }
    await store.create({ jid: room(local), creator: romeo, config, locked: false }, 10)
  }
  const hidden = { ...DEFAULT_CONFIG, name: 'dark', listed: false }
  await store.create({ jid: room('secret'), creator: romeo, config: hidden, locked: false }, 10)
  const everywhere = { inName: true, inDescription: true, inAddress: true }
  const find = async (terms: string[], where: object = {}) => {
    const query = { domain, terms, ...everywhere, after: '', before: undefined, max: 10, ...where }
    return (await store.search(query)).map(({ jid }) => jid.split('@')[0])
  }
  assert.deepEqual(await find(['dark']), ['cave', 'dark', 'heath'])
  assert.deepEqual(await find(['dark', 'witches']), ['cave'])
  assert.deepEqual(await find(['100%']), ['heath'])
  assert.deepEqual(await find(['%']), ['heath'])
  assert.deepEqual(await find(['dark'], { inDescription: false }), ['cave', 'dark'])
  assert.deepEqual(await find(['dark'], { inAddress: false, inDescription: false }), ['cave'])
  assert.deepEqual(await find(['conference']), [])
  assert.deepEqual(await find([], { max: 2 }), ['cave', 'dark'])
  assert.deepEqual(await find([], { max: 2, after: room('cave') }), ['dark', 'heath'])
  assert.deepEqual(await find([], { max: 1, before: '' }), ['heath'])
  for (const local of ['cave', 'heath', 'dark', 'secret']) await store.destroy(room(local))
})

test('temporary rooms of a partition', async () => {
  const [here, kept] = [room('passing'), room('kept')]
  await store.create({ jid: here, creator: romeo, config: DEFAULT_CONFIG, locked: false }, 10)
  await store.create({ jid: kept, creator: romeo, config: { ...DEFAULT_CONFIG, persistent: true }, locked: false }, 10)
  assert.deepEqual(await store.temporary(partitionOf(here)), [here])
  assert.deepEqual(await store.temporary(partitionOf(kept)), [])
  for (const jid of [here, kept]) await store.destroy(jid)
})

test('who follows a room is known with it, by user and by partition, until he ends it or the room does', async () => {
  const [jid, other] = [room('followed'), room('followedtoo')]
  const open = { creator: romeo, config: { ...DEFAULT_CONFIG, persistent: true }, locked: false }
  for (const each of [jid, other]) await store.create({ jid: each, ...open }, 10)
  const following = {
    jid: juliet,
    nick: 'Juliet',
    nodes: ['messages', 'subject'],
    since: 1_700_000_000_123_456,
  } as const
  await store.setSubscription(jid, { ...following, nick: 'J', nodes: ['subject'] })
  await store.setSubscription(jid, following)
  await store.setSubscription(other, { ...following, since: 1 })
  await store.setSince(other, following)
  assert.deepEqual((await store.load(jid))?.subscriptions, [following])
  const { nick, nodes } = following
  const both = [jid, other].map((each) => ({ room: each, nick, nodes }))
  assert.deepEqual(await store.subscriptionsOf(juliet, domain), both)
  assert.deepEqual(await store.subscriptionsOf(juliet, 'elsewhere.example' as Domain), [])
  const partition = partitionOf(jid)
  assert.deepEqual(await store.followed(partition, 0), [])
  const said = `INSERT INTO archive (owner, id, peer, peer_resource, outgoing, offline, stream, ingress, stanza) VALUES ($1, 7, $1, '', false, false, '', 0, '<message/>')`
  await db.query('test_said', said, [jid])
  assert.deepEqual([await store.followed(partition, 6), await store.followed(partition, 7)], [[jid], []])
  // A room that moves takes them along.
  const moved = room('followed-elsewhere')
  await store.copy(other, moved)
  await store.replace(other, moved)
  assert.deepEqual((await store.load(moved))?.subscriptions, [following])
  await store.endSubscriptions(jid, [juliet, romeo])
  assert.deepEqual((await store.load(jid))?.subscriptions, [])
  await store.destroy(moved)
  assert.deepEqual(await store.subscriptionsOf(juliet, domain), [])
  await store.destroy(jid)
})

test('what rooms keep of a user goes with the account, also when the name was used before; not a ban', async () => {
  const [jid, other] = [room('left'), room('left-too')]
  const worn = { hats: [{ uri: 'urn:x:mad', title: 'Mad' }], worn: { [juliet]: ['urn:x:mad'], [romeo]: ['urn:x:mad'] } }
  const departs = `INSERT INTO departed_accounts (jid) VALUES ($1) ON CONFLICT (jid) DO UPDATE SET departed_at = now()`
  for (const each of [jid, other])
    await store.create({ jid: each, creator: romeo, config: DEFAULT_CONFIG, locked: false }, 10)
  const hers = room('hers')
  await store.create({ jid: hers, creator: juliet, config: DEFAULT_CONFIG, locked: false }, 10)
  for (const since of [5, 6]) {
    await store.setAffiliates(jid, [{ jid: juliet, affiliation: 'admin', nick: 'Juliet' }])
    await store.setAffiliates(other, [{ jid: juliet, affiliation: 'outcast' }])
    await store.setSubscription(jid, { jid: juliet, nick: 'Juliet', nodes: ['messages'], since })
    await store.setHats(jid, worn)
    await db.query('test_departs', departs, [juliet])
    // He leaves the room after that.
    await store.setSince(jid, { jid: juliet, since: 9 })
    const left = await store.load(jid)
    assert.deepEqual(
      [left?.affiliates.map((each) => each.jid), left?.subscriptions, Object.keys(left?.hats?.worn ?? {})],
      [[romeo], [], [romeo]],
    )
    assert.equal((await store.load(other))?.affiliates.length, 2)
  }
  const stays = await store.load(hers)
  assert.deepEqual([stays?.creator, stays?.affiliates, await store.countOf(juliet)], [domainOf(hers), [], 0])
  for (const each of [jid, other, hers]) await store.destroy(each)
})

test('who was shut out changes nothing', async () => {
  const jid = room('fenced')
  const late = new PostgresRoomStore(other)
  await store.create({ jid, creator: romeo, config: DEFAULT_CONFIG, locked: false }, 10)
  await db.fence('muc-2')
  const away = { jid: juliet, affiliation: 'owner' } as const
  await assert.rejects(
    late.create({ jid: room('late'), creator: romeo, config: DEFAULT_CONFIG, locked: false }, 10),
    FencedError,
  )
  await assert.rejects(late.configure(jid, DEFAULT_CONFIG), FencedError)
  await assert.rejects(late.setAffiliates(jid, [away]), FencedError)
  await assert.rejects(late.setSubscription(jid, { jid: juliet, nick: 'J', nodes: [], since: 1 }), FencedError)
  await assert.rejects(late.endSubscriptions(jid, [juliet]), FencedError)
  await assert.rejects(late.destroy(jid), FencedError)
  assert.ok(await store.load(jid))
})
