/** PRES-02, PRES-03: who may see whom, between people on different edges. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import { bareOf, enter, isPresence, newcomer, receivedAfter, settle, together } from '../support/actor.ts'
import { befriend, subscribe } from '../support/friends.ts'
import { getRoster, nextPush, pushWith } from '../support/roster.ts'

const scenario = await bothModes()

async function couple(site: Site) {
  const alice = await newcomer(site, 'alice', { edge: 0 })
  const bob = await newcomer(site, 'bob', { edge: 1 })
  await Promise.all([getRoster(alice), getRoster(bob)])
  return together({ alice, bob })
}

const presenceTo = (client: RawClient, to: RawClient, type: string): void =>
  client.send(`<presence to='${bareOf(to.jid)}' type='${type}'/>`)

scenario('alice asks, bob agrees, each step is pushed; then the other way round', async (site) => {
  using people = await couple(site)
  const { alice, bob } = people
  const [a, b] = [bareOf(alice.jid), bareOf(bob.jid)]
  alice.send(`<presence to='${bob.jid}' type='subscribe' id='s1'><status>it is me</status></presence>`)
  assert.deepEqual({ ...(await nextPush(alice)), ver: 0 }, { jid: b, subscription: 'none', ask: 'subscribe', ver: 0 })
  const request = await bob.expect((it) => isPresence(it, a, 'subscribe'))
  assert.equal(request.attrs.to, b)
  assert.equal(request.getChildText('status'), 'it is me')
  presenceTo(bob, alice, 'subscribed')
  assert.equal((await pushWith(bob, { jid: a })).subscription, 'from')
  assert.equal((await pushWith(alice, { jid: b, subscription: 'to' })).ask, undefined)
  await alice.expect((it) => isPresence(it, b, 'subscribed'))
  await alice.expect((it) => isPresence(it, bob.jid))
  await subscribe(bob, alice)
  for (const [client, jid] of [
    [alice, b],
    [bob, a],
  ] as const) {
    await pushWith(client, { jid, subscription: 'both' })
    assert.deepEqual((await getRoster(client)).items, [{ jid, subscription: 'both' }])
  }
})

scenario('bob, who was away, is asked when he comes, and again until he answers', async (site) => {
  await using alice = await newcomer(site, 'alice')
  const person = await site.person('bob')
  alice.send(`<presence to='${person.jid}' type='subscribe'/>`)
  await settle(alice)
  for (let visit = 0; visit < 2; visit++) {
    await using bob = await enter(site, person, { edge: 1 })
    await bob.expect((it) => isPresence(it, bareOf(alice.jid), 'subscribe'))
    await bob.close()
  }
  await using bob = await enter(site, person, { edge: 1 })
  presenceTo(bob, alice, 'unsubscribed')
  await alice.expect((it) => isPresence(it, person.jid, 'unsubscribed'))
  await bob.close()
  await using again = await enter(site, person, { edge: 1 })
  assert.deepEqual(await receivedAfter(alice, again, (it) => it.attrs.type === 'subscribe'), [])
})

scenario('bob approves alice before she asks; her request is answered without him', async (site) => {
  using people = await couple(site)
  const { alice, bob } = people
  presenceTo(bob, alice, 'subscribed')
  assert.equal((await pushWith(bob, { jid: bareOf(alice.jid) })).approved, 'true')
  assert.deepEqual(await receivedAfter(bob, alice, (it) => it.name === 'presence' && it.attrs.from !== alice.jid), [])
  presenceTo(alice, bob, 'subscribe')
  await alice.expect((it) => isPresence(it, bareOf(bob.jid), 'subscribed'))
  await alice.expect((it) => isPresence(it, bob.jid))
  assert.equal((await pushWith(bob, { subscription: 'from' })).jid, bareOf(alice.jid))
  assert.deepEqual(await receivedAfter(alice, bob, (it) => it.attrs.type === 'subscribe'), [])
})

scenario('alice unsubscribes: bob is gone for her, and keeps seeing her', async (site) => {
  using people = await couple(site)
  const { alice, bob } = people
  await befriend(alice, bob)
  presenceTo(alice, bob, 'unsubscribe')
  await alice.expect((it) => isPresence(it, bob.jid, 'unavailable'))
  await bob.expect((it) => isPresence(it, bareOf(alice.jid), 'unsubscribe'))
  await pushWith(alice, { subscription: 'from' })
  await pushWith(bob, { subscription: 'to' })
  alice.send('<presence><show>away</show></presence>')
  await bob.expect((it) => isPresence(it, alice.jid) && it.getChildText('show') === 'away')
  bob.send('<presence><show>dnd</show></presence>')
  assert.deepEqual(await receivedAfter(bob, alice, (it) => it.getChildText('show') === 'dnd'), [])
})

scenario('bob revokes what he granted: alice sees him no more', async (site) => {
  using people = await couple(site)
  const { alice, bob } = people
  await befriend(alice, bob)
  presenceTo(bob, alice, 'unsubscribed')
  await alice.expect((it) => isPresence(it, bareOf(bob.jid), 'unsubscribed'))
  await alice.expect((it) => isPresence(it, bob.jid, 'unavailable'))
  await pushWith(alice, { subscription: 'from' })
  await pushWith(bob, { subscription: 'to' })
})

scenario('alice removes bob from her roster: both directions end', async (site) => {
  using people = await couple(site)
  const { alice, bob } = people
  await befriend(alice, bob)
  const item = `<item jid='${bareOf(bob.jid)}' subscription='remove'/>`
  await alice.request(`<iq type='set' id='r'><query xmlns='jabber:iq:roster'>${item}</query></iq>`)
  const types = [await bob.expect(isEnd), await bob.expect(isEnd)].map(({ attrs }) => attrs.type).sort()
  assert.deepEqual(types, ['unsubscribe', 'unsubscribed'])
  await bob.expect((it) => isPresence(it, alice.jid, 'unavailable'))
  await pushWith(bob, { subscription: 'none' })
  assert.deepEqual((await getRoster(alice)).items, [])
})

const isEnd = ({ name, attrs }: { name: string; attrs: { type?: string } }): boolean =>
  name === 'presence' && (attrs.type === 'unsubscribe' || attrs.type === 'unsubscribed')
