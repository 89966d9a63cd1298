/** MSG-01, CORE-03: what is allowed but seldom, and what is not allowed but happens. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { bothModes, RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, enter, errorOf, newcomer, receivedAfter, saying, settle, together } from '../support/actor.ts'

const scenario = await bothModes()

const isError = (it: Element): boolean => it.attrs.type === 'error'

scenario('an unknown type of message is a normal one; unknown types of others are errors', async (site) => {
  using pair = together({ alice: await newcomer(site, 'alice'), bob: await newcomer(site, 'bob', { edge: 1 }) })
  const { alice, bob } = pair
  alice.send(`<message to='${bob.jid}' type='telepathy'><body>think</body></message>`)
  assert.ok(['normal', 'telepathy', undefined].includes((await bob.expect(saying('think'))).attrs.type))
  alice.send(`<presence id='p' type='asleep'/>`)
  assert.equal(errorOf(await alice.expect(isError)), 'modify/bad-request')
  alice.send(`<iq to='${bob.jid}' type='get'><query xmlns='urn:q'/></iq>`) // no id
  const answer = await alice.expect((it) => it.name === 'iq' || it.getName() === 'error')
  assert.ok(isError(answer) || answer.getName() === 'error', String(answer))
  assert.deepEqual(await receivedAfter(alice, bob, (it) => it.name === 'iq'), [])
})

scenario('stanzas to the server itself: requests are answered, messages come back, presence is taken', async (site) => {
  await using alice = await newcomer(site, 'alice')
  for (const to of [site.domain, `${site.domain}/desk`]) {
    alice.send(`<message to='${to}' type='chat' id='${to}'><body>hello server</body></message>`)
    assert.match(errorOf(await alice.expect((it) => it.attrs.id === to)) ?? '', /^cancel\//, to)
    alice.send(`<presence to='${to}'/>`)
    alice.send(`<presence to='${to}' type='unavailable'/>`)
  }
  alice.send(`<message to='${site.domain}' type='error'><error type='cancel'/></message>`)
  await settle(alice)
  assert.deepEqual(alice.takeAll(isError).map(String), [])
})

scenario('nobody subscribes to himself', async (site) => {
  await using alice = await newcomer(site, 'alice')
  for (const type of ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'])
    alice.send(`<presence to='${bareOf(alice.jid)}' type='${type}'/>`)
  await settle(alice)
  const roster = await alice.request(`<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>`)
  assert.equal(roster.getChild('query')?.children.length, 0)
})

scenario('a request to another resource of one’s own is that resource’s to answer', async (site) => {
  const person = await site.person('alice')
  await using phone = await enter(site, person, { resource: 'phone', edge: 0, priority: false })
  await using desk = await enter(site, person, { resource: 'desk', edge: 1, priority: false })
  const asked = phone.request(`<iq type='get' id='q' to='${desk.jid}'><query xmlns='urn:q'/></iq>`)
  const question = await desk.expect((it) => it.getChild('query', 'urn:q') !== undefined)
  desk.send(`<iq type='result' id='${question.attrs.id}' to='${question.attrs.from}'><answer xmlns='urn:q'/></iq>`)
  assert.ok((await asked).getChild('answer', 'urn:q'))
})

scenario('a request whose receiver goes away is answered for it', async (site) => {
  using pair = together({
    alice: await newcomer(site, 'alice'),
    bob: await newcomer(site, 'bob', { edge: 1, sm: true }),
  })
  const { alice, bob } = pair
  bob.sm!.answers = false
  bob.stopReading()
  const asked = alice.request(`<iq type='get' id='q' to='${bob.jid}'><query xmlns='urn:q'/></iq>`)
  await settle(alice)
  bob.startReading()
  await bob.close()
  assert.match(errorOf(await asked) ?? '', /^(wait\/recipient-unavailable|cancel\/service-unavailable)$/)
})

scenario('twenty resources and no more; the one who is turned away may come when another leaves', async (site) => {
  const person = await site.person('alice')
  const clients: RawClient[] = []
  for (let at = 0; at < 20; at++) clients.push(await enter(site, person, { edge: at, priority: false }))
  await using late = await RawClient.connect(site.at(0, 'tls'))
  await late.open()
  await late.authenticate(person)
  await assert.rejects(late.bind('late'), /resource-constraint/)
  await clients.pop()?.close()
  // The edge of the one who left tells his owner at its own pace.
  for (let tries = 0; late.jid === '' && tries < 50; tries++) await late.bind('late').catch(() => sleep(50))
  assert.equal(late.jid, `${person.jid}/late`)
  for (const client of clients) client.cut()
})

scenario('two clients that bind one resource at the same moment leave one session', async (site) => {
  const person = await site.person('alice')
  await using bob = await newcomer(site, 'bob')
  const both = await Promise.all([0, 1].map((edge) => RawClient.connect(site.at(edge, 'tls'))))
  for (const client of both) {
    await client.open()
    await client.authenticate(person)
  }
  await Promise.all(both.map((client) => client.bind('phone')))
  const first = await Promise.race(both.map((client) => client.ended.then(() => client)))
  const left = both.find((client) => client !== first)!
  bob.send(`<message to='${person.jid}/phone' type='chat'><body>which of you?</body></message>`)
  await left.expect(saying('which of you?'))
  left.cut()
})
