/** MSG-06: what is said to somebody who is away waits, and is said once, in order. */
import assert from 'node:assert/strict'
import { bothModes, type Person, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { announce, enter, newcomer, receivedAfter, say, saying, settle } from '../support/actor.ts'
import { bodiesOf, readArchive } from '../support/archive.ts'

const scenario = await bothModes()
const NS_DELAY = 'urn:xmpp:delay'
const isChat = (it: Element): boolean => it.name === 'message' && it.getChildText('body') !== null

async function whileAway(site: Site, person: Person, bodies: readonly string[]): Promise<void> {
  await using alice = await newcomer(site, 'alice', { edge: 0 })
  for (const body of bodies) say(alice, person.jid, body)
  await settle(alice)
  await alice.close()
}

scenario('ten messages wait for bob, are given in order with the time they came, and not again', async (site) => {
  const person = await site.person('bob')
  const bodies = Array.from({ length: 10 }, (_, at) => `while you were away ${at}`)
  const begun = Date.now() - 1_000
  await whileAway(site, person, bodies)
  await using bob = await enter(site, person, { edge: 1, sm: true })
  for (const body of bodies) {
    const message = await bob.expect(isChat)
    assert.equal(message.getChildText('body'), body)
    const stamp = Date.parse(message.getChild('delay', NS_DELAY)?.attrs.stamp ?? '')
    assert.ok(stamp >= begun && stamp <= Date.now() + 1_000, String(message))
    assert.equal(message.getChild('delay', NS_DELAY)?.attrs.from, site.domain)
    assert.equal(message.getChildren('stanza-id').length, 1)
  }
  bob.ack()
  await settle(bob)
  await bob.close()
  await using again = await enter(site, person, { edge: 0 })
  await settle(again)
  assert.deepEqual(again.takeAll(isChat).map(String), [])
})

scenario('what waits comes before what is said now, and a second resource does not get it too', async (site) => {
  const person = await site.person('bob')
  await whileAway(site, person, ['first', 'second'])
  await using alice = await newcomer(site, 'alice')
  await using bob = await enter(site, person, { edge: 1, priority: false })
  say(alice, bob.jid, 'to the resource that is here') // it isn't available: what waits goes on waiting
  await bob.expect(saying('to the resource that is here'))
  await announce(bob)
  say(alice, person.jid, 'third')
  const bodies = [await bob.expect(isChat), await bob.expect(isChat), await bob.expect(isChat)]
  assert.deepEqual(
    bodies.map((it) => it.getChildText('body')),
    ['first', 'second', 'third'],
  )
  await using tablet = await enter(site, person, { edge: 0 })
  assert.deepEqual(await receivedAfter(alice, tablet, isChat), [])
})

scenario('a negative priority does not fetch what waits', async (site) => {
  const person = await site.person('bob')
  await whileAway(site, person, ['for later'])
  await using bob = await enter(site, person, { priority: -1 })
  await settle(bob)
  assert.deepEqual(bob.takeAll(isChat), [])
  await announce(bob, 0)
  await bob.expect(saying('for later'))
})

scenario('what a lost connection had not acknowledged waits for the next one', async (site) => {
  const person = await site.person('bob')
  await whileAway(site, person, ['one', 'two', 'three'])
  const bob = await enter(site, person, { edge: 1, sm: true, priority: false })
  bob.sm!.answers = false
  await announce(bob)
  await bob.expect(saying('three'))
  bob.cut()
  await using again = await enter(site, person, { edge: 0 }) // a new session, which doesn't resume
  const { code } = await import('../support/control.ts').then(({ control }) => control(site, ['kick', bob.jid]))
  assert.equal(code, 0)
  for (const body of ['one', 'two', 'three']) assert.equal((await again.expect(isChat)).getChildText('body'), body)
})

scenario('chat states, headlines and what shall not be stored do not wait', async (site) => {
  const person = await site.person('bob')
  await using alice = await newcomer(site, 'alice')
  alice.send(
    `<message to='${person.jid}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  )
  say(alice, person.jid, 'news', { type: 'headline' })
  say(alice, person.jid, 'off the record', { inside: `<no-store xmlns='urn:xmpp:hints'/>` })
  say(alice, person.jid, 'kept')
  await alice.expect(saying('off the record')) // told that it could not be delivered
  await settle(alice)
  await using bob = await enter(site, person, { edge: 1 })
  await bob.expect(saying('kept'))
  assert.deepEqual(await receivedAfter(alice, bob, (it) => it.name === 'message'), [])
})

scenario(
  'what a client reads in the archive before it becomes available is not given to it once more',
  async (site) => {
    const person = await site.person('bob')
    await whileAway(site, person, ['one', 'two', 'three'])
    await using phone = await enter(site, person, { edge: 1, sm: true, priority: false })
    const page = await readArchive(phone, { set: '<max>2</max><before/>' })
    assert.deepEqual(bodiesOf(page), ['two', 'three'])
    await announce(phone)
    await phone.expect(saying('one'))
    await settle(phone)
    assert.deepEqual(phone.takeAll(isChat).map(String), [])
    phone.ack()
    await settle(phone)
    await phone.close()
    await using again = await enter(site, person, { edge: 0 })
    await settle(again)
    assert.deepEqual(again.takeAll(isChat).map(String), [])
  },
)

scenario('what one client only reads in the archive still waits for another', async (site) => {
  const person = await site.person('bob')
  await whileAway(site, person, ['one', 'two'])
  await using viewer = await enter(site, person, { edge: 1, priority: false })
  assert.deepEqual(bodiesOf(await readArchive(viewer)), ['one', 'two'])
  await using phone = await enter(site, person, { edge: 0, sm: true })
  for (const body of ['one', 'two']) assert.equal((await phone.expect(isChat)).getChildText('body'), body)
  await announce(viewer)
  await settle(viewer)
  assert.deepEqual(viewer.takeAll(isChat).map(String), [])
})
