/** MSG-19: who takes a message back leaves a tombstone in both archives; nobody takes back what others said. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, newcomer, settle, together } from '../support/actor.ts'
import { readArchive } from '../support/archive.ts'

const scenario = await bothModes()
const NS_RETRACT = 'urn:xmpp:message-retract:1'

/** The archived message with that id, once it is there and looks like that: tombstones come after their retraction was delivered. */
async function archived(client: RawClient, id: string, looks: (message: Element) => boolean): Promise<Element> {
  for (let attempt = 0; ; attempt++) {
    const { items } = await readArchive(client)
    const found = items.find(({ message }) => message.attrs.id === id)?.message
    if (found && looks(found)) return found
    assert.ok(attempt < 100, `${id}: ${found}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const retracted = (message: Element) => message.getChild('retracted', NS_RETRACT)
const isGrave = (message: Element) => retracted(message) !== undefined

function say(client: RawClient, to: string, id: string, body: string): void {
  client.send(`<message to='${to}' type='chat' id='${id}'><body>${body}</body></message>`)
}

function takeBack(client: RawClient, to: string, id: string, original: string): void {
  client.send(
    `<message to='${to}' type='chat' id='${id}'><retract xmlns='${NS_RETRACT}' id='${original}'/><store xmlns='urn:xmpp:hints'/></message>`,
  )
}

scenario('what its author takes back is a tombstone for both, once', async (site) => {
  const people = { alice: await newcomer(site, 'alice', { edge: 0 }), bob: await newcomer(site, 'bob', { edge: 1 }) }
  using _ = together(people)
  const { alice, bob } = people
  say(alice, bob.jid, 'm1', 'not for you')
  say(bob, alice.jid, 'b1', 'what?')
  await bob.expect((it) => it.attrs.id === 'm1')
  await alice.expect((it) => it.attrs.id === 'b1')
  takeBack(alice, bareOf(bob.jid), 'r1', 'm1')
  await bob.expect((it) => it.attrs.id === 'r1')
  for (const client of [alice, bob]) {
    const grave = await archived(client, 'm1', isGrave)
    assert.equal(grave.attrs.from, alice.jid)
    assert.equal(grave.getChildText('body'), null)
    assert.equal(retracted(grave)?.attrs.id, 'r1')
    assert.ok(Math.abs(Date.parse(retracted(grave)?.attrs.stamp ?? '') - Date.now()) < 60_000)
    await archived(client, 'r1', (it) => it.getChild('retract', NS_RETRACT) !== undefined)
    await archived(client, 'b1', (it) => it.getChildText('body') === 'what?')
  }
  // Again, something unknown, and the retraction itself: nothing changes but for what comes after.
  takeBack(alice, bob.jid, 'r2', 'm1')
  takeBack(alice, bob.jid, 'r3', 'never-said')
  takeBack(alice, bob.jid, 'r4', 'r1')
  say(alice, bob.jid, 'm2', 'not this either')
  takeBack(alice, bob.jid, 'r5', 'm2')
  for (const client of [alice, bob]) {
    await archived(client, 'm2', isGrave)
    assert.equal(retracted(await archived(client, 'm1', isGrave))?.attrs.id, 'r1')
    await archived(client, 'r1', (it) => !isGrave(it))
  }
})

scenario('nobody takes back what somebody else said', async (site) => {
  const people = {
    alice: await newcomer(site, 'alice', { edge: 0 }),
    bob: await newcomer(site, 'bob', { edge: 1 }),
    eve: await newcomer(site, 'eve', { edge: 0 }),
  }
  using _ = together(people)
  const { alice, bob, eve } = people
  say(alice, bob.jid, 'm1', 'stays')
  await bob.expect((it) => it.attrs.id === 'm1')
  takeBack(eve, bob.jid, 'e1', 'm1')
  takeBack(bob, alice.jid, 'b1', 'm1')
  for (const odd of ["id=''", '', `id='${'m'.repeat(5_000)}'`, `id='m1&apos;'`])
    alice.send(`<message to='${bob.jid}' type='chat' id='odd'><retract xmlns='${NS_RETRACT}' ${odd}/></message>`)
  alice.send(`<message to='${bob.jid}' type='chat'><retract xmlns='${NS_RETRACT}' id='m1'/></message>`) // has no id itself
  // What is taken back after all these shows that they were dealt with.
  say(eve, bob.jid, 'e2', 'goes')
  takeBack(eve, bob.jid, 'e3', 'e2')
  await settle(alice)
  say(alice, bob.jid, 'm2', 'goes')
  takeBack(alice, bob.jid, 'r2', 'm2')
  await archived(bob, 'e2', isGrave)
  for (const client of [alice, bob]) {
    await archived(client, 'm2', isGrave)
    const kept = await archived(client, 'm1', () => true)
    assert.equal(kept.getChildText('body'), 'stays')
  }
  const info = `<iq type='get' id='info' to='${bareOf(alice.jid)}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`
  assert.match(
    String(await alice.request(info)),
    /'urn:xmpp:message-retract:1'.*'urn:xmpp:message-retract:1#tombstone'/s,
  )
})
