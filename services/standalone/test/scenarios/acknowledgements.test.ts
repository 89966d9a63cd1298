/** CORE-10: stream management, both ways. */
import assert from 'node:assert/strict'
import { bothModes, RawClient, type Site } from '@heliograph/testkit'
import { announce, bareOf, enter, newcomer, say, saying } from '../support/actor.ts'
import { bodiesOf, readArchive } from '../support/archive.ts'

const scenario = await bothModes()
const NS_SM = 'urn:xmpp:sm:3'

async function managed(site: Site, name: string, edge = 0): Promise<RawClient> {
  return newcomer(site, name, { edge, sm: true })
}

scenario('h counts every stanza once it is in custody, and nothing else', async (site) => {
  await using alice = await managed(site, 'alice')
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  assert.equal(await alice.acknowledged(), 1) // the presence
  for (let at = 0; at < 5; at++) say(alice, bob.jid, `message ${at}`)
  alice.send(`<iq type='get' id='x' to='${site.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`)
  alice.send(`<message to='nobody-here@${site.domain}'><body>bounces</body></message>`)
  alice.send(`<iq type='get' id='bad'/>`) // wrong, and counted all the same
  assert.equal(await alice.acknowledged(), 9)
  // What was acknowledged is stored by then.
  assert.equal((await readArchive(alice)).items.length, 6)
})

scenario('the server asks, and the client can acknowledge without being asked', async (site) => {
  await using alice = await newcomer(site, 'alice')
  await using bob = await managed(site, 'bob', 1)
  bob.sm!.answers = false
  for (let at = 0; at < 30; at++) say(alice, bob.jid, `message ${at}`)
  await bob.expect(saying('message 29'))
  await bob.expect((it) => it.is('r', NS_SM))
  bob.ack()
  bob.ack()
  say(alice, bob.jid, 'still here')
  await bob.expect(saying('still here'))
})

scenario('an h beyond what was sent ends the stream', async (site) => {
  await using alice = await managed(site, 'alice')
  alice.send(`<a xmlns='${NS_SM}' h='1000'/>`)
  const error = await alice.expect('error')
  assert.ok(error.getChild('undefined-condition'))
  assert.equal(error.getChild('handled-count-too-high', NS_SM)?.attrs.h, '1000')
  await alice.ended
})

scenario('it is offered after login, enabled once, and not before a resource is bound', async (site) => {
  const person = await site.person('alice')
  await using alice = await RawClient.connect(site.at(0, 'tls'))
  await alice.open()
  await alice.authenticate(person)
  assert.ok(alice.features?.getChild('sm', NS_SM))
  alice.send(`<enable xmlns='${NS_SM}'/>`)
  assert.ok((await alice.expect((it) => it.is('failed', NS_SM))).getChild('unexpected-request'))
  await alice.bind()
  const sm = await alice.enableSm()
  assert.ok(sm.id)
  alice.send(`<enable xmlns='${NS_SM}'/>`)
  assert.ok((await alice.expect((it) => it.is('failed', NS_SM))).getChild('unexpected-request'))
  await announce(alice)
})

scenario(
  'a closed stream ends the session at once, and what it had not acknowledged goes to the next',
  async (site) => {
    const person = await site.person('bob')
    await using alice = await newcomer(site, 'alice')
    const bob = await enter(site, person, { edge: 1, sm: true })
    bob.sm!.answers = false
    say(alice, bob.jid, 'seen but not acknowledged')
    await bob.expect(saying('seen but not acknowledged'))
    await bob.close()
    await using again = await enter(site, person, { edge: 0 })
    await again.expect(saying('seen but not acknowledged'))
    assert.deepEqual(bodiesOf(await readArchive(again, { with: bareOf(alice.jid) })), ['seen but not acknowledged'])
  },
)
