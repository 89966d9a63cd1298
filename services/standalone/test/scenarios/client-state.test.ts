/** MOB-01: a phone in a pocket is left alone until there is something to say, and then hears everything, in order. */
import assert from 'node:assert/strict'
import { bothModes, type Person, RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter, isPresence, newcomer, say, saying, settle, together } from '../support/actor.ts'
import { befriend } from '../support/friends.ts'

const scenario = await bothModes()
const INACTIVE = "<inactive xmlns='urn:xmpp:csi:0'/>"
const ACTIVE = "<active xmlns='urn:xmpp:csi:0'/>"
const PHONES = { tls: { edge: 1, sm: true }, wss: { edge: 1, sm: true, transport: 'wss' } } as const
const isStanza = ({ name }: Element) => name === 'message' || name === 'presence' || name === 'iq'
const state = (name: string) => `<${name} xmlns='http://jabber.org/protocol/chatstates'/>`
const shows = (from: string, show: string) => (it: Element) => isPresence(it, from) && it.getChildText('show') === show

/** Alice, and bob's phone, which is inactive and has heard all that came before. */
async function inPocket(site: Site, phone: keyof typeof PHONES = 'tls', person?: Person) {
  const people = together({
    alice: await newcomer(site, 'alice', { edge: 0 }),
    phone: await enter(site, person ?? (await site.person('bob')), PHONES[phone]),
  })
  await befriend(people.alice, people.phone)
  people.phone.send(INACTIVE)
  await settle(people.phone)
  people.phone.takeAll(isStanza)
  return people
}

/** Alice changes her presence, and what she did last was seen by the phone's owner. */
async function fidget(alice: RawClient, phone: RawClient, last: string): Promise<void> {
  for (const show of ['away', 'dnd', last]) {
    alice.send(`<presence><show>${show}</show></presence>`)
    await alice.expect(shows(alice.jid, show))
  }
  for (const name of ['composing', 'paused', 'composing', 'active'])
    alice.send(`<message to='${phone.jid}' type='chat'>${state(name)}</message>`)
  await settle(alice)
}

for (const transport of ['tls', 'wss'] as const) {
  scenario(`chat states wait for a message, the latest of them, over ${transport}`, async (site) => {
    using people = await inPocket(site, transport)
    const { alice, phone } = people
    await fidget(alice, phone, 'xa')
    say(alice, phone.jid, 'hello')
    await phone.expect(saying('hello'))
    const before = phone.takeAll(({ name }) => name === 'message')
    assert.deepEqual(
      before.map((it) => it.getChildElements()[0]?.name),
      ['active'],
    )
    phone.send(ACTIVE)
    await phone.expect(shows(alice.jid, 'xa'))
    phone.takeAll(isStanza)
    alice.send('<presence><show>chat</show></presence>')
    await phone.expect(shows(alice.jid, 'chat'))
  })
}

scenario('an active client has heard everything before the answer to its next request', async (site) => {
  using people = await inPocket(site)
  const { alice, phone } = people
  await fidget(alice, phone, 'xa')
  phone.send(ACTIVE)
  await settle(phone)
  assert.equal(phone.takeAll((it) => it.getChild('active') !== undefined).length, 1)
  await phone.expect(shows(alice.jid, 'xa'))
})

scenario('requests, subscriptions and calls come at once', async (site) => {
  using people = await inPocket(site)
  const { alice, phone } = people
  await fidget(alice, phone, 'xa')
  alice.send(`<message to='${phone.jid}'><propose xmlns='urn:xmpp:jingle-message:0' id='call'/></message>`)
  await phone.expect((it) => it.getChild('propose') !== undefined)
  alice.send(`<iq to='${phone.jid}' type='get' id='version'><query xmlns='jabber:iq:version'/></iq>`)
  await phone.expect(({ attrs }) => attrs.id === 'version')
  await using carol = await newcomer(site, 'carol')
  carol.send(`<presence to='${phone.jid.split('/')[0]}' type='subscribe'/>`)
  await phone.expect(({ attrs }) => attrs.type === 'subscribe')
})

scenario('a lost connection that is resumed at another edge: all is there, and the client is active', async (site) => {
  const bob = await site.person('bob')
  using people = await inPocket(site, 'tls', bob)
  const { alice, phone } = people
  await fidget(alice, phone, 'xa')
  alice.send(`<message to='${phone.jid}'><received xmlns='urn:xmpp:receipts' id='1'/></message>`)
  await settle(alice)
  phone.cut()
  await using back = await RawClient.resumed(site.at(0, 'tls'), bob, phone)
  await back.expect((it) => it.getChild('received', 'urn:xmpp:receipts') !== undefined)
  await back.expect(shows(alice.jid, 'xa'))
  alice.send('<presence><show>chat</show></presence>')
  await back.expect(shows(alice.jid, 'chat'))
})

scenario('states said again and again, or wrongly', async (site) => {
  using people = await inPocket(site)
  const { alice, phone } = people
  phone.send((INACTIVE + ACTIVE).repeat(500) + INACTIVE + INACTIVE)
  await settle(phone)
  alice.send(`<message to='${phone.jid}' type='chat'>${state('composing')}</message>`)
  await settle(alice)
  phone.send(ACTIVE)
  await phone.expect((it) => it.getChild('composing') !== undefined)
  phone.send("<asleep xmlns='urn:xmpp:csi:0'/>")
  const error = await phone.expect((it) => it.is('error', 'http://etherx.jabber.org/streams'))
  assert.ok(error.getChild('unsupported-stanza-type') !== undefined, String(error))
})
