/** CORE-10, CORE-11: a lost connection is taken up again, at any edge, with nothing lost and nothing twice. */
import assert from 'node:assert/strict'
import { bothModes, type Person, RawClient, type Site } from '@heliograph/testkit'
import { bareOf, enter, isPresence, newcomer, receivedAfter, say, saying, settle } from '../support/actor.ts'
import { control } from '../support/control.ts'
import { befriend } from '../support/friends.ts'

const scenario = await bothModes()
const NS_SM = 'urn:xmpp:sm:3'

const PLACES = [
  ['the same edge', 0],
  ['another edge', 1],
] as const

for (const [place, edge] of PLACES) {
  scenario(`a connection that was cut is resumed at ${place}; friends notice nothing`, async (site) => {
    const person = await site.person('alice')
    const alice = await enter(site, person, { resource: 'phone', edge: 0, sm: true })
    await using bob = await newcomer(site, 'bob', { edge: 1 })
    await befriend(alice, bob)
    say(bob, alice.jid, 'before')
    await alice.expect(saying('before'))
    alice.cut()
    for (const body of ['lost 1', 'lost 2', 'lost 3']) say(bob, alice.jid, body)
    await settle(bob)
    await using again = await RawClient.resumed(site.at(edge, 'tls'), person, alice)
    for (const body of ['lost 1', 'lost 2', 'lost 3']) await again.expect(saying(body))
    say(again, bob.jid, 'back')
    await bob.expect(saying('back'))
    say(bob, bareOf(alice.jid), 'welcome')
    await again.expect(saying('welcome'))
    assert.deepEqual(again.takeAll(saying('before')).map(String), [])
    assert.deepEqual(
      bob.takeAll((it) => isPresence(it, alice.jid, 'unavailable')),
      [],
    )
  })

  scenario(`a connection that still lives is taken over at ${place}`, async (site) => {
    const person = await site.person('alice')
    await using alice = await enter(site, person, { resource: 'phone', edge: 0, sm: true })
    await using bob = await newcomer(site, 'bob', { edge: 1 })
    alice.sm!.answers = false
    for (let at = 0; at < 20; at++) say(bob, alice.jid, `message ${at}`)
    await alice.expect(saying('message 19'))
    // She has seen twenty, of which she says she has handled those before: the rest come again.
    alice.sm!.handled -= 5
    await using again = await RawClient.resumed(site.at(edge, 'tls'), person, alice)
    assert.ok((await alice.expect('error')).getChild('conflict') !== undefined)
    await alice.ended
    for (let at = 15; at < 20; at++) assert.equal((await again.expect('message')).getChildText('body'), `message ${at}`)
    say(bob, alice.jid, 'last')
    assert.equal((await again.expect('message')).getChildText('body'), 'last')
  })
}

scenario('what the server had not got is sent again and delivered once, in order', async (site) => {
  const person = await site.person('alice')
  const alice = await enter(site, person, { edge: 0, sm: true })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  for (let at = 0; at < 10; at++) say(alice, bob.jid, `kept ${at}`)
  alice.cut() // some of these may have been read, none of them acknowledged
  for (let at = 0; at < 10; at++) alice.sm!.sent(messageTo(bob.jid, `unsent ${at}`))
  await using again = await RawClient.resumed(site.at(1, 'tls'), person, alice)
  await again.acknowledged()
  const bodies: string[] = []
  while (bodies.at(-1) !== 'unsent 9') bodies.push((await bob.expect('message')).getChildText('body') ?? '')
  assert.deepEqual(
    bodies,
    ['kept', 'unsent'].flatMap((word) => Array.from({ length: 10 }, (_, at) => `${word} ${at}`)),
  )
})

scenario('it goes back and forth ten times between edges while both talk', async (site) => {
  const person = await site.person('alice')
  let alice = await enter(site, person, { edge: 0, sm: true })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  const [heard, told] = [[] as string[], [] as string[]]
  for (let round = 0; round < 10; round++) {
    say(alice, bob.jid, `to bob ${round}`)
    say(bob, alice.jid, `to alice ${round}`)
    if (round % 2 === 0) alice.cut()
    alice = await RawClient.resumed(site.at(round + 1, 'tls'), person, alice)
  }
  while (heard.length < 10) heard.push((await bob.expect('message')).getChildText('body') ?? '')
  // Those that came on earlier connections were taken by them; the last one has the rest.
  await settle(alice)
  assert.deepEqual(
    heard,
    Array.from({ length: 10 }, (_, at) => `to bob ${at}`),
  )
  assert.deepEqual(await receivedAfter(alice, bob, (it) => it.name === 'message'), [])
  assert.deepEqual(told, [])
  alice.cut()
})

async function refused(site: Site, person: Person, lost: RawClient): Promise<RawClient> {
  const client = await RawClient.connect(site.at(1, 'tls'))
  await client.open()
  await client.authenticate(person)
  const answer = await client.resume(lost)
  assert.ok(answer.is('failed', NS_SM) && answer.getChild('item-not-found'), String(answer))
  return client
}

scenario('a session that is gone, unknown or another person’s is not resumed; binding follows', async (site) => {
  const person = await site.person('alice')
  const alice = await enter(site, person, { edge: 0, sm: true })
  const thief = await site.person('thief')
  await using stolen = await refused(site, thief, alice)
  assert.ok(await stolen.bind())
  assert.equal((await control(site, ['kick', alice.jid])).code, 0)
  await using late = await refused(site, person, alice)
  assert.ok(await late.bind())
  alice.sm!.id = 'never-given-out'
  await using wrong = await refused(site, person, alice)
  assert.ok(await wrong.bind())
})

function messageTo(to: string, body: string): string {
  return `<message to='${to}' type='chat'><body>${body}</body></message>`
}
