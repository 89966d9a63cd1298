/** PRES-03: who is told of what, across edges. */
import assert from 'node:assert/strict'
import { bothModes, type Site } from '@heliograph/testkit'
import {
  announce,
  bareOf,
  enter,
  isPresence,
  newcomer,
  receivedAfter,
  say,
  saying,
  settle,
  together,
} from '../support/actor.ts'
import { befriend, subscribe } from '../support/friends.ts'

const scenario = await bothModes()

async function friends(site: Site) {
  const [anna, berta] = [await site.person('anna'), await site.person('berta')]
  const one = await enter(site, anna, { edge: 0, resource: 'one' })
  const other = await enter(site, berta, { edge: 1, resource: 'other' })
  await befriend(one, other)
  return { anna, berta, ...together({ one, other }) }
}

scenario('a change is broadcast to contacts and own resources, as it was written', async (site) => {
  using people = await friends(site)
  const { anna, one, other } = people
  await using second = await enter(site, anna, { edge: 1, resource: 'two' })
  await other.expect((it) => isPresence(it, second.jid))
  await one.expect((it) => isPresence(it, second.jid))
  await second.expect((it) => isPresence(it, one.jid)) // what was there before comes too
  await second.expect((it) => isPresence(it, other.jid))
  one.send(`<presence><show>away</show><status xml:lang='en'>tea &amp; cake</status><x xmlns='urn:x'/></presence>`)
  for (const client of [one, second, other]) {
    const seen = await client.expect((it) => isPresence(it, one.jid) && it.getChildText('show') === 'away')
    assert.equal(seen.getChildText('status'), 'tea & cake')
    assert.ok(seen.getChild('x', 'urn:x'))
    assert.equal(seen.attrs.to, bareOf(client.jid)) // RFC 6121 §8.5.2.1.2: addressed to the account, and left so
  }
  one.send(`<presence type='unavailable'><status>bye</status></presence>`)
  for (const client of [second, other]) {
    const seen = await client.expect((it) => isPresence(it, one.jid, 'unavailable'))
    assert.equal(seen.getChildText('status'), 'bye')
  }
})

scenario('who comes in learns what contacts last said; a contact without access learns nothing', async (site) => {
  using people = await friends(site)
  const { anna, berta, one, other } = people
  one.send('<presence><show>xa</show><status>deep in a book</status></presence>')
  await other.expect((it) => it.getChildText('show') === 'xa')
  await using late = await enter(site, berta, { edge: 0, resource: 'late' })
  const seen = await late.expect((it) => isPresence(it, one.jid))
  assert.equal(seen.getChildText('status'), 'deep in a book')
  await using carol = await newcomer(site, 'carol', { edge: 1 })
  carol.send(`<presence to='${anna.jid}' type='probe'/>`)
  const answers = await receivedAfter(one, carol, (it) => bareOf(it.attrs.from ?? '') === anna.jid)
  // RFC 6121 §4.3.2: the answer to a stranger is unsubscribed, or silence.
  assert.ok(
    answers.every((it) => it.attrs.type === 'unsubscribed' || it.name === 'message'),
    String(answers),
  )
  carol.send(`<presence to='nobody-at-all@${site.domain}' type='probe'/>`)
  await settle(carol)
})

scenario('a lost connection and an orderly end are both told as unavailable, once', async (site) => {
  for (const end of ['cut', 'close'] as const) {
    using people = await friends(site)
    const { one, other } = people
    await one[end]()
    await other.expect((it) => isPresence(it, one.jid, 'unavailable'))
    await other.expectNone((it) => isPresence(it, one.jid, 'unavailable'), 100)
  }
})

scenario('directed presence reaches a stranger, and so does its end, however it comes', async (site) => {
  for (const end of ['unavailable', 'directed', 'cut'] as const) {
    using people = await friends(site)
    const { one, other } = people
    await using carol = await newcomer(site, 'carol', { edge: 1 })
    one.send(`<presence to='${bareOf(carol.jid)}'><status>just for you</status></presence>`)
    assert.equal((await carol.expect((it) => isPresence(it, one.jid))).getChildText('status'), 'just for you')
    assert.deepEqual(await receivedAfter(one, other, (it) => it.getChildText('status') === 'just for you'), [])
    one.send('<presence><show>away</show></presence>') // later changes are not for her
    await other.expect((it) => it.getChildText('show') === 'away')
    if (end === 'unavailable') one.send(`<presence type='unavailable'/>`)
    else if (end === 'directed') one.send(`<presence to='${bareOf(carol.jid)}' type='unavailable'/>`)
    else one.cut()
    await carol.expect((it) => it.name === 'presence' && it.attrs.from === one.jid && it.attrs.type === 'unavailable')
    assert.deepEqual(
      carol.takeAll((it) => it.attrs.from === one.jid && it.name === 'presence'),
      [],
    )
  }
})

scenario('a subscription one way shows one side only', async (site) => {
  await using star = await newcomer(site, 'star', { edge: 0 })
  await using fan = await newcomer(site, 'fan', { edge: 1 })
  await subscribe(fan, star)
  star.send('<presence><show>chat</show></presence>')
  await fan.expect((it) => isPresence(it, star.jid) && it.getChildText('show') === 'chat')
  fan.send('<presence><show>away</show></presence>')
  assert.deepEqual(await receivedAfter(fan, star, (it) => isPresence(it, fan.jid)), [])
})

scenario('messages to the bare address follow priority; a negative one gets none of them', async (site) => {
  const anna = await site.person('anna')
  await using low = await enter(site, anna, { resource: 'low', priority: 1 })
  await using high = await enter(site, anna, { resource: 'high', edge: 1, priority: 7 })
  await using hidden = await enter(site, anna, { resource: 'hidden', priority: -5 })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  say(bob, anna.jid, 'to the highest')
  await high.expect(saying('to the highest'))
  await announce(high, -1)
  await bob.request(`<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>`)
  say(bob, anna.jid, 'to the other')
  await low.expect(saying('to the other'))
  say(bob, hidden.jid, 'by full address')
  await hidden.expect(saying('by full address'))
  assert.deepEqual(
    hidden.takeAll((it) => it.name === 'message'),
    [],
  )
})
