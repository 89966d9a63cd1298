/** MSG-05, MSG-08, MSG-14: what was said can be read again, a page at a time. */
import assert from 'node:assert/strict'
import { bothModes, type Site } from '@heliograph/testkit'
import { bareOf, enter, errorOf, newcomer, say, saying, settle, together } from '../support/actor.ts'
import { bodiesOf, readArchive } from '../support/archive.ts'

const scenario = await bothModes()

/** Alice and bob have said ten things to each other in turn; then carol said one to bob. */
async function conversation(site: Site) {
  const people = together({
    alice: await newcomer(site, 'alice', { edge: 0 }),
    bob: await newcomer(site, 'bob', { edge: 1 }),
    carol: await newcomer(site, 'carol', { edge: 0 }),
  })
  const { alice, bob, carol } = people
  for (let at = 0; at < 10; at++) {
    const [from, to] = at % 2 === 0 ? [alice, bob] : [bob, alice]
    say(from, to.jid, `line ${at}`)
    await to.expect(saying(`line ${at}`))
  }
  say(carol, bareOf(bob.jid), 'from carol')
  await bob.expect(saying('from carol'))
  return people
}

const LINES = Array.from({ length: 10 }, (_, at) => `line ${at}`)

scenario('both sides have the whole conversation, in order, with growing ids', async (site) => {
  using people = await conversation(site)
  for (const [client, expected] of [
    [people.alice, LINES],
    [people.bob, [...LINES, 'from carol']],
  ] as const) {
    const page = await readArchive(client)
    assert.deepEqual(bodiesOf(page), expected)
    assert.equal(page.complete, true)
    const ids = page.items.map(({ id }) => id)
    assert.deepEqual([ids[0], ids.at(-1)], [page.first, page.last])
    assert.equal(new Set(ids).size, ids.length)
    const numbers = ids.map(BigInt)
    assert.ok(numbers.every((id, at) => at === 0 || id > numbers[at - 1]!))
    for (const { message, stamp } of page.items) {
      assert.ok(message.attrs.from && message.attrs.to)
      assert.ok(Math.abs(Date.parse(stamp) - Date.now()) < 60_000)
    }
  }
})

scenario('pages forwards and backwards meet every message once', async (site) => {
  using people = await conversation(site)
  const forwards: string[] = []
  for (let after = '', complete = false; !complete; ) {
    const page = await readArchive(people.alice, { set: `<max>3</max>${after}` })
    assert.ok(page.items.length <= 3)
    forwards.push(...bodiesOf(page))
    after = `<after>${page.last}</after>`
    complete = page.complete
  }
  assert.deepEqual(forwards, LINES)
  const backwards: string[] = []
  for (let before = '<before/>', complete = false; !complete; ) {
    const page = await readArchive(people.alice, { set: `<max>4</max>${before}` })
    backwards.unshift(...bodiesOf(page))
    before = `<before>${page.first}</before>`
    complete = page.complete
  }
  assert.deepEqual(backwards, LINES)
  const last = await readArchive(people.alice, { set: '<max>2</max><before/>' })
  assert.deepEqual(bodiesOf(last), ['line 8', 'line 9'])
  const count = await readArchive(people.alice, { set: '<max>0</max>' })
  assert.match(String(count.answer), /<count>10<\/count>/)
  const unknown = await readArchive(people.alice, { set: '<after>1</after>' })
  assert.equal(errorOf(unknown.answer), 'cancel/item-not-found')
})

scenario('with, start and end narrow it down', async (site) => {
  using people = await conversation(site)
  const { bob, alice, carol } = people
  assert.deepEqual(bodiesOf(await readArchive(bob, { with: bareOf(carol.jid) })), ['from carol'])
  assert.deepEqual(bodiesOf(await readArchive(bob, { with: bareOf(alice.jid) })), LINES)
  assert.deepEqual(bodiesOf(await readArchive(bob, { with: alice.jid })), LINES)
  assert.deepEqual(bodiesOf(await readArchive(bob, { with: `${bareOf(alice.jid)}/elsewhere` })), [])
  assert.deepEqual(bodiesOf(await readArchive(bob, { with: `nobody@${site.domain}` })), [])
  const { items } = await readArchive(bob)
  const [third, seventh] = [items[3]!.stamp, items[7]!.stamp]
  const inside = items.filter(({ stamp }) => stamp >= third && stamp <= seventh).map(({ body }) => body)
  assert.deepEqual(bodiesOf(await readArchive(bob, { start: third, end: seventh })), inside)
  assert.deepEqual(bodiesOf(await readArchive(bob, { start: '2099-01-01T00:00:00Z' })), [])
  assert.deepEqual(bodiesOf(await readArchive(bob, { end: '2001-01-01T00:00:00Z' })), [])
  assert.equal(errorOf((await readArchive(bob, { start: 'yesterday' })).answer), 'modify/bad-request')
})

scenario('messages are found by id, between ids, and in the other order', async (site) => {
  using people = await conversation(site)
  const { alice, bob } = people
  const { items } = await readArchive(alice)
  const ids = items.map(({ id }) => id)
  const [after, before] = [ids[2]!, ids[7]!]
  assert.deepEqual(bodiesOf(await readArchive(alice, { 'after-id': after, 'before-id': before })), LINES.slice(3, 7))
  const page = await readArchive(alice, { 'before-id': before, set: '<max>2</max><before/>', flipped: true })
  assert.deepEqual([bodiesOf(page), page.first, page.last], [['line 6', 'line 5'], ids[5], ids[6]])
  assert.deepEqual(bodiesOf(await readArchive(alice, { ids: ids[4]! })), ['line 4'])
  // Ids of somebody else's archive are none of this one's.
  const theirs = (await readArchive(bob)).items.find(({ id }) => !ids.includes(id))!
  for (const filter of [{ ids: theirs.id }, { 'before-id': theirs.id }, { 'after-id': '1' }])
    assert.equal(errorOf((await readArchive(alice, filter)).answer), 'cancel/item-not-found')
  const get = `<iq type='get' id='extent'><metadata xmlns='urn:xmpp:mam:2'/></iq>`
  const extent = (await alice.request(get)).getChild('metadata', 'urn:xmpp:mam:2')!
  assert.deepEqual([extent.getChild('start')?.attrs.id, extent.getChild('end')?.attrs.id], [ids[0], ids[9]])
  assert.equal(extent.getChild('end')?.attrs.timestamp, items[9]!.stamp)
  const info = `<iq type='get' id='info' to='${bareOf(alice.jid)}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`
  const features = String(await alice.request(info))
  assert.match(features, /'urn:xmpp:mam:2'.*'urn:xmpp:mam:2#extended'/s)
  assert.doesNotMatch(features, /groupchat-available/)
})

scenario('an archive is read by its owner alone, from any resource and after a new login', async (site) => {
  const person = await site.person('alice')
  await using alice = await enter(site, person)
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  say(alice, bob.jid, 'between us')
  await bob.expect(saying('between us'))
  const query = `<query xmlns='urn:xmpp:mam:2'/>`
  const answer = await bob.request(`<iq type='set' id='m' to='${person.jid}'>${query}</iq>`)
  assert.match(errorOf(answer) ?? '', /forbidden/)
  await alice.close()
  await using again = await enter(site, person, { edge: 1 })
  assert.deepEqual(bodiesOf(await readArchive(again)), ['between us'])
})

scenario('headlines, errors, chat states and what shall not be stored are not in it', async (site) => {
  using people = together({ alice: await newcomer(site, 'alice'), bob: await newcomer(site, 'bob', { edge: 1 }) })
  const { alice, bob } = people
  say(alice, bob.jid, 'news', { type: 'headline' })
  say(alice, bob.jid, 'secret', { inside: `<no-store xmlns='urn:xmpp:hints'/>` })
  alice.send(`<message to='${bob.jid}' type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>`)
  say(alice, bob.jid, 'kept', { type: 'normal' })
  alice.send(`<message to='${bob.jid}'><x xmlns='urn:x'/><store xmlns='urn:xmpp:hints'/></message>`)
  await bob.expect((it) => it.getChild('store', 'urn:xmpp:hints') !== undefined)
  await settle(bob)
  for (const client of [alice, bob]) assert.deepEqual(bodiesOf(await readArchive(client)), ['kept', ''])
})
