/** SEC-03: real-time block lists, kept on a node of one's own. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient } from '@heliograph/testkit'
import { bareOf, newcomer, together } from '../support/actor.ts'
import { hashOf, knocking, listingXml, probing, unlistingXml, until, writing } from '../support/block-lists.ts'
import { subscribe } from '../support/friends.ts'
import { done, makeNode } from '../support/pubsub.ts'
import { codesOf, freshRoom, join, makeRoom } from '../support/room.ts'

const NODE = 'listed'
const blockLists = [
  { service: 'pubsub.localhost', node: NODE },
  { service: 'pubsub.localhost', node: 'not-there' },
]
const scenario = await bothModes({ config: { blockLists } })

const list = (owner: RawClient, ...ids: readonly string[]) =>
  done(owner, { type: 'set', inside: listingXml(NODE, ids) })
const unlist = (owner: RawClient, id: string) => done(owner, { type: 'set', inside: unlistingXml(NODE, id) })

scenario('who is listed reaches no stranger and enters no room, until he is no longer listed', async (site) => {
  using all = together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    anna: await newcomer(site, 'anna', { edge: 1 }),
    spammer: await newcomer(site, 'spammer', { edge: 0 }),
    friend: await newcomer(site, 'friend', { edge: 1 }),
  })
  const { owen, anna, spammer, friend } = all
  await subscribe(friend, anna)
  const [room, other] = [freshRoom(site), freshRoom(site, 'cave')]
  await makeRoom(owen, room, 'owen')
  await makeRoom(anna, other, 'anna')
  await join(spammer, room, 'spam')
  await join(friend, room, 'friend')
  const [hash, friends] = [spammer, friend].map(({ jid }) => hashOf(bareOf(jid))) as [string, string]

  // One that was there before anybody subscribed, and things that name nobody.
  await makeNode(owen, NODE, { max_items: 'max' })
  await list(owen, hash, 'spammer@localhost', hash.slice(1), friends)
  await until('cancel/service-unavailable', () => probing(spammer, anna))
  assert.equal(await writing(spammer, anna), 'cancel/service-unavailable')
  spammer.send(`<presence to='${bareOf(anna.jid)}' type='subscribe'/><presence to='${anna.jid}'/>`)
  // A contact is looked up nowhere.
  assert.equal(await writing(friend, anna), undefined)
  assert.deepEqual(
    anna.takeAll((it) => it.attrs.from?.startsWith(bareOf(spammer.jid)) === true && it.name === 'presence'),
    [],
  )

  // He was there: out he goes, and so does the friend, who is nothing to that room.
  for (const client of [spammer, friend]) {
    const out = await client.expect(
      (it) => it.name === 'presence' && it.attrs.type === 'unavailable' && codesOf(it).includes('301'),
    )
    assert.equal(bareOf(String(out.attrs.from)), room)
  }
  await until('auth/forbidden', () => knocking(spammer, other, 'spam'))

  await unlist(owen, hash)
  await until(undefined, () => probing(spammer, anna))
  await until(undefined, () => knocking(spammer, other, 'spam'))
  // By his domain.
  await list(owen, hashOf(site.domain))
  await until('cancel/service-unavailable', () => probing(spammer, anna))
  await done(owen, { type: 'set', owner: true, inside: `<purge node='${NODE}'/>` })
  await until(undefined, () => probing(spammer, anna))
  assert.equal(await writing(spammer, anna), undefined)
  await done(owen, { type: 'set', owner: true, inside: `<delete node='${NODE}'/>` })
})
