/** MSG-14, MSG-16: whose id a message carries, and that nobody can forge it. */
import assert from 'node:assert/strict'
import { bothModes, RawClient } from '@heliograph/testkit'
import { bareOf, newcomer, say, saying, settle, together } from '../support/actor.ts'
import { bodiesOf, readArchive, stanzaIdOf } from '../support/archive.ts'
import { control } from '../support/control.ts'

const scenario = await bothModes()
const NS_SID = 'urn:xmpp:sid:0'

scenario('the id that comes with a message is its id in the archive of who got it', async (site) => {
  using people = together({ alice: await newcomer(site, 'alice'), bob: await newcomer(site, 'bob', { edge: 1 }) })
  const { alice, bob } = people
  const ids: (string | undefined)[] = []
  for (const body of ['one', 'two', 'three']) {
    say(alice, bob.jid, body, { inside: `<origin-id xmlns='${NS_SID}' id='${body}'/>` })
    const message = await bob.expect(saying(body))
    ids.push(stanzaIdOf(message, bareOf(bob.jid)))
    assert.equal(message.getChild('origin-id', NS_SID)?.attrs.id, body)
    assert.equal(message.getChildren('stanza-id', NS_SID).length, 1)
  }
  const { items } = await readArchive(bob)
  assert.deepEqual(
    items.map(({ id }) => id),
    ids,
  )
  const [first] = (await readArchive(bob, { set: `<max>1</max><after>${ids[0]}</after>` })).items
  assert.equal(first?.body, 'two')
})

scenario('an id forged in the name of the receiver is taken out; those of others are left alone', async (site) => {
  using people = together({ mallory: await newcomer(site, 'mallory'), bob: await newcomer(site, 'bob', { edge: 1 }) })
  const { mallory, bob } = people
  const me = bareOf(bob.jid)
  const forged = [
    me,
    me.toUpperCase().replace(/@.*/, `@${site.domain}`),
    bareOf(mallory.jid),
    'room@conference.elsewhere',
  ]
  const inside = forged.map((by) => `<stanza-id xmlns='${NS_SID}' by='${by}' id='forged'/>`).join('')
  say(mallory, bob.jid, 'trust me', { inside })
  const message = await bob.expect(saying('trust me'))
  const { items } = await readArchive(bob)
  assert.equal(stanzaIdOf(message, me), items[0]?.id)
  assert.notEqual(items[0]?.id, 'forged')
  const others = message.getChildren('stanza-id', NS_SID).filter(({ attrs }) => attrs.id === 'forged')
  assert.ok(others.some(({ attrs }) => attrs.by === 'room@conference.elsewhere'))
  assert.ok(!others.some(({ attrs }) => attrs.by === me))
  say(mallory, bob.jid, 'news', { type: 'headline', inside }) // not archived: it has no id at all in his name
  assert.equal(stanzaIdOf(await bob.expect(saying('news')), me), undefined)
})

scenario(
  'a message sent again after a resumption that failed is neither archived nor delivered twice',
  async (site) => {
    const person = await site.person('alice')
    await using bob = await newcomer(site, 'bob', { edge: 1 })
    const alice = await RawClient.login(site.at(0, 'tls'), { ...person, resource: 'phone', sm: true })
    say(alice, bob.jid, 'important', { inside: `<origin-id xmlns='${NS_SID}' id='o-1'/>` })
    await bob.expect(saying('important'))
    await settle(alice)
    assert.equal((await control(site, ['kick', alice.jid])).code, 0) // her session is gone; she doesn't know
    alice.cut()
    await using again = await RawClient.connect(site.at(1, 'tls'))
    await again.open()
    await again.authenticate(person)
    assert.ok((await again.resume(alice)).is('failed', 'urn:xmpp:sm:3'))
    await again.bind('phone')
    say(again, bob.jid, 'important', { inside: `<origin-id xmlns='${NS_SID}' id='o-1'/>` })
    say(again, bob.jid, 'and more', { inside: `<origin-id xmlns='${NS_SID}' id='o-2'/>` })
    await bob.expect(saying('and more'))
    assert.deepEqual(bob.takeAll(saying('important')).map(String), [])
    assert.deepEqual(bodiesOf(await readArchive(bob)), ['important', 'and more'])
    assert.deepEqual(bodiesOf(await readArchive(again)), ['important', 'and more'])
  },
)
