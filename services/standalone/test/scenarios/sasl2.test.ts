/** AUTH-04, AUTH-05: authentication, resource, stream management and resumption in one round trip, at any edge. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { bothModes, loginPeer, RawClient } from '@heliograph/testkit'
import { announce, bareOf, newcomer, say, saying, settle } from '../support/actor.ts'
import { readArchive } from '../support/archive.ts'
import { agentXml, authenticate2, bindXml, resumeXml } from '../support/sasl2.ts'

const scenario = await bothModes()
const NS_SM = 'urn:xmpp:sm:3'

for (const transport of ['starttls', 'tls', 'wss', 'boshs'] as const)
  scenario(`one request over ${transport} and alice is there`, async (site) => {
    const person = await site.person('alice')
    await using bob = await newcomer(site, 'bob', { edge: 1 })
    say(bob, person.jid, 'read it in the archive')
    await settle(bob)
    const { client: alice, answer } = await authenticate2(site.at(0, transport), person, bindXml('App'))
    assert.match(alice.jid.slice(person.jid.length), /^\/App\/[\w-]{12}$/)
    const ends = answer.getChild('bound')?.getChild('metadata', 'urn:xmpp:mam:2')
    const page = await readArchive(alice)
    assert.deepEqual(
      [ends?.getChild('start')?.attrs.id, ends?.getChild('end')?.attrs.id, page.items.map(({ body }) => body)],
      [page.first, page.last, ['read it in the archive']],
    )
    await announce(alice)
    say(bob, alice.jid, 'hello')
    await alice.expect(saying('hello'))
    assert.deepEqual(alice.takeAll(saying('read it in the archive')).map(String), [])
    assert.equal(await alice.acknowledged(), 2)
    await alice.close()
  })

scenario('a lost session is resumed within the authentication, at another edge', async (site) => {
  const person = await site.person('alice')
  const { client: alice } = await authenticate2(site.at(0, 'tls'), person, bindXml())
  await announce(alice)
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  say(bob, alice.jid, 'before')
  await alice.expect(saying('before'))
  alice.cut()
  for (const body of ['lost 1', 'lost 2']) say(bob, alice.jid, body)
  await settle(bob)
  const { client: again, answer } = await authenticate2(site.at(1, 'tls'), person, resumeXml(alice) + bindXml())
  assert.equal(answer.getChild('resumed', NS_SM)?.attrs.previd, alice.sm?.id)
  assert.equal(answer.getChild('bound'), undefined)
  assert.equal(again.jid, alice.jid)
  for (const body of ['lost 1', 'lost 2']) await again.expect(saying(body))
  say(again, bob.jid, 'back')
  await bob.expect(saying('back'))
  await again.close()
})

scenario('nobody resumes what is another\u2019s, and is bound anew instead', async (site) => {
  const { client: alice } = await authenticate2(site.at(0, 'tls'), await site.person('alice'), bindXml())
  const mallory = await site.person('mallory')
  const { client, answer } = await authenticate2(site.at(1, 'tls'), mallory, resumeXml(alice) + bindXml())
  assert.ok(answer.getChild('failed', NS_SM)?.getChild('item-not-found') !== undefined)
  assert.ok(answer.getChild('bound')?.getChild('enabled', NS_SM) !== undefined)
  assert.equal(bareOf(client.jid), mallory.jid)
  await settle(alice)
  await alice.close()
  await client.close()
})

scenario('an installation of a client has one session, and the same resource at every edge', async (site) => {
  const person = await site.person('alice')
  const agent = agentXml(randomUUID())
  const { client: first } = await authenticate2(site.at(0, 'tls'), person, agent + bindXml('App'))
  const { client: other } = await authenticate2(site.at(0, 'tls'), person, agentXml(randomUUID()) + bindXml('App'))
  const { client: second } = await authenticate2(site.at(1, 'tls'), person, agent + bindXml('App'))
  assert.equal(second.jid, first.jid)
  assert.notEqual(other.jid, first.jid)
  assert.ok((await first.expect('error')).getChild('conflict') !== undefined)
  await settle(other)
  await settle(second)
  await other.close()
  await second.close()
})

scenario('carbons come from the start where they were asked for', async (site) => {
  const person = await site.person('alice')
  const carbons = "<enable xmlns='urn:xmpp:carbons:2'/>"
  const { client: desk } = await authenticate2(site.at(0, 'tls'), person, bindXml('Desk', carbons))
  const { client: phone } = await authenticate2(site.at(1, 'tls'), person, bindXml('Phone'))
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  await announce(desk)
  await announce(phone)
  say(phone, bob.jid, 'from the phone')
  const copy = await desk.expect((stanza) => stanza.getChild('sent', 'urn:xmpp:carbons:2') !== undefined)
  assert.match(`${copy}`, /from the phone/)
  await desk.close()
  await phone.close()
})

for (const [name, transport] of [
  ['TLS', 'c2sTls'],
  ['a WebSocket', 'https'],
] as const)
  scenario(`@xmpp/client does it over ${name}, and resumes at another edge`, async (site) => {
    const [juliet, romeo] = [await site.person('juliet'), await site.person('romeo')]
    await using her = await RawClient.login(site.at(0), juliet)
    her.send('<presence/>')
    const portsOf = (edge: number) => ({ [transport]: site.edge(edge)[transport] })
    const place = { ports: portsOf(1), domain: site.domain, ca: site.certificate }
    await using peer = await loginPeer('@xmpp/client', { ...place, ...romeo, resource: 'orchard' })
    assert.match(peer.jid.slice(romeo.jid.length), /^\/orchard\/[\w-]{12}$/)
    await peer.loseConnection(portsOf(0))
    assert.equal(peer.resumptions, 1)
    say(her, peer.jid, 'What man art thou?')
    await peer.expect(saying('What man art thou?'))
  })
