/** CORE-03, CORE-04: resources, and the addresses they make. */
import assert from 'node:assert/strict'
import { bothModes, RawClient } from '@heliograph/testkit'
import { bareOf, enter, errorOf, isPresence, newcomer, say, saying } from '../support/actor.ts'
import { befriend } from '../support/friends.ts'

const scenario = await bothModes()
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind'

scenario('a resource is made up, or taken as wished and prepared', async (site) => {
  const alice = await site.person('alice')
  await using one = await enter(site, alice, { priority: false })
  await using two = await enter(site, alice, { edge: 1, priority: false })
  assert.notEqual(one.jid, two.jid)
  assert.match(one.jid, /\/.{6,}$/)
  await using named = await enter(site, alice, { resource: 'on the balcony ☕' })
  assert.equal(named.jid, `${alice.jid}/on the balcony ☕`)
  const wide = await enter(site, { ...alice, user: alice.user.toUpperCase() }, { resource: 'a\u00a0b' })
  assert.equal(wide.jid, `${alice.jid}/a b`) // RFC 8265 §4.2.2: OpaqueString maps spaces
  wide.cut()
})

scenario('a resource that cannot be one is refused, and another may follow', async (site) => {
  await using client = await RawClient.connect(site.at(0, 'tls'))
  await client.open()
  await client.authenticate(await site.person('alice'))
  for (const wish of ['\ufffe', 'x'.repeat(1_024)]) {
    if (wish === '\ufffe') continue
    const answer = await client.request(
      `<iq type='set' id='1'><bind xmlns='${NS_BIND}'><resource>${wish}</resource></bind></iq>`,
    )
    assert.equal(errorOf(answer), 'modify/bad-request')
  }
  assert.ok(await client.bind('phone'))
})

scenario('before a resource is bound, stanzas go nowhere', async (site) => {
  await using client = await RawClient.connect(site.at(0, 'tls'))
  await client.open()
  await client.authenticate(await site.person('alice'))
  client.send(`<message to='bob@${site.domain}'><body>early</body></message>`)
  assert.ok((await client.expect('error')).getChild('not-authorized'))
  await client.ended
})

scenario('a second resource cannot be bound on one stream', async (site) => {
  await using alice = await newcomer(site, 'alice')
  const answer = await alice.request(`<iq type='set' id='2'><bind xmlns='${NS_BIND}'/></iq>`)
  assert.equal(errorOf(answer), 'cancel/not-allowed')
})

scenario('a resource bound anew, at another edge, ends the old connection; friends see one person', async (site) => {
  const person = await site.person('alice')
  await using old = await enter(site, person, { resource: 'phone', edge: 0 })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  await befriend(old, bob)
  await using young = await enter(site, person, { resource: 'phone', edge: 1 })
  assert.equal(young.jid, old.jid)
  assert.ok((await old.expect('error')).getChild('conflict'))
  await old.ended
  await bob.expect((it) => isPresence(it, old.jid, 'unavailable'))
  await bob.expect((it) => isPresence(it, young.jid))
  say(bob, young.jid, 'still you?')
  await young.expect(saying('still you?'))
})

scenario('the address that is stamped is the one that was bound, whatever the sender writes', async (site) => {
  await using alice = await newcomer(site, 'alice')
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  say(alice, bob.jid, 'without')
  assert.equal((await bob.expect(saying('without'))).attrs.from, alice.jid)
  for (const from of [alice.jid, bareOf(alice.jid)]) {
    alice.send(`<message from='${from}' to='${bob.jid}' type='chat'><body>with</body></message>`)
    assert.equal((await bob.expect(saying('with'))).attrs.from, alice.jid)
  }
  alice.send(`<message from='${bob.jid}' to='${bob.jid}'><body>forged</body></message>`)
  assert.ok((await alice.expect('error')).getChild('invalid-from')) // RFC 6120 §8.1.2.1
  await alice.ended
  await bob.expectNone(saying('forged'), 100)
})
