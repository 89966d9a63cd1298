/** What the library `stanza` can do as one of a user's clients, over a WebSocket and over BOSH. (Its XEP-0352 never begins: it doesn't read the feature.) */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, type Site, StanzaPeer } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, enter, errorOf, isPresence, newcomer, say, saying, settle } from '../support/actor.ts'
import { codesOf, freshRoom, join, knock } from '../support/room.ts'
import { administer, seen } from '../support/room-admin.ts'

const scenario = await bothModes()
const NS_CARBONS = 'urn:xmpp:carbons:2'
const CONFIG = 'http://jabber.org/protocol/muc#roomconfig'

const copyOf = (direction: 'sent' | 'received', body: string) => (it: Element) =>
  it.getChild(direction, NS_CARBONS)?.getChild('forwarded')?.getChild('message')?.getChildText('body') === body

const isPush = (it: Element) => it.name === 'iq' && it.attrs.type === 'set' && it.getChild('pubsub') !== undefined

for (const bosh of [false, true])
  scenario(`stanza does what its plug-ins can, over ${bosh ? 'BOSH' : 'a WebSocket'}`, async (site) => {
    const person = await site.person('juliet')
    await using romeo = await newcomer(site, 'romeo', { edge: 0 })
    await using desk = await enter(site, person, { edge: 0, resource: 'desk' })
    const place = { ports: site.edge(1), domain: site.domain, ca: site.certificate, bosh }
    const juliet = await StanzaPeer.login({ ...place, ...person, resource: 'balcony' })
    await juliet.presence()
    await desk.expect((it) => isPresence(it, juliet.jid))
    await juliet.presence({ to: romeo.jid })
    await romeo.expect((it) => isPresence(it, juliet.jid))
    await small(juliet, site.domain)
    await copies(juliet, desk, romeo)
    await history(juliet, romeo)
    await profile(juliet, person.jid, bareOf(romeo.jid))
    await rooms(juliet, romeo, site)

    await using app = await newcomer(site, 'app', { edge: 1 })
    await juliet.agent.enableNotifications(app.jid, 'phone')
    await desk.close()
    await juliet.close()
    await romeo.expect((it) => isPresence(it, juliet.jid, 'unavailable'))
    say(romeo, person.jid, 'good night')
    const push = await app.expect(isPush)
    assert.equal(push.getChild('pubsub')?.getChild('publish')?.attrs.node, 'phone')
    app.send(`<iq type='result' id='${push.attrs.id}' to='${push.attrs.from}'/>`)
  })

async function small({ agent }: StanzaPeer, domain: string): Promise<void> {
  assert.ok((await agent.getDiscoInfo(domain)).features.includes(NS_CARBONS))
  assert.ok((await agent.getDiscoItems(domain)).items.some(({ jid }) => jid === `conference.${domain}`))
  assert.equal((await agent.getSoftwareVersion(domain)).name, 'Heliograph')
  assert.ok(Math.abs(((await agent.getTime(domain)).utc?.getTime() ?? 0) - Date.now()) < 60_000)
  assert.ok(((await agent.getLastActivity(domain)).seconds ?? -1) >= 0)
  await agent.ping(domain)
  const { items } = await agent.getCommands(domain)
  assert.ok(items.some(({ node }) => node === 'list-clients'))
}

async function copies(juliet: StanzaPeer, desk: RawClient, romeo: RawClient): Promise<void> {
  await juliet.agent.enableCarbons()
  say(romeo, desk.jid, 'to the desk')
  await juliet.expect(copyOf('received', 'to the desk'))
  say(desk, romeo.jid, 'from the desk')
  await juliet.expect(copyOf('sent', 'from the desk'))
}

async function history({ agent }: StanzaPeer, romeo: RawClient): Promise<void> {
  const other = bareOf(romeo.jid)
  for (const body of ['one', 'two', 'three']) agent.sendMessage({ to: romeo.jid, type: 'chat', body })
  await romeo.expect(saying('three'))
  await settle(romeo)
  const bodies = ({ results = [] }: Awaited<ReturnType<typeof agent.searchHistory>>) =>
    results.map(({ item }) => item.message?.body)
  const last = await agent.searchHistory({ with: other, paging: { max: 2, before: '' } })
  assert.deepEqual(bodies(last), ['two', 'three'])
  const before = await agent.searchHistory({ with: other, paging: { max: 2, before: last.paging?.first ?? '' } })
  assert.deepEqual(bodies(before), ['from the desk', 'one'])
  assert.equal((await agent.getHistoryPreferences()).default, 'always')
  await agent.setHistoryPreferences({ default: 'roster', always: [other], never: [] })
  assert.deepEqual((await agent.getHistoryPreferences()).always, [other])
}

async function profile({ agent }: StanzaPeer, own: string, other: string): Promise<void> {
  await agent.block(other)
  assert.deepEqual((await agent.getBlocked()).jids, [other])
  await agent.unblock(other)
  await agent.publishVCard({ fullName: 'Juliet Capulet' })
  assert.equal((await agent.getVCard(own)).fullName, 'Juliet Capulet')
}

async function rooms(juliet: StanzaPeer, romeo: RawClient, site: Site): Promise<void> {
  const { agent } = juliet
  const room = freshRoom(site, 'orchard')
  const other = bareOf(romeo.jid)
  const heard = (body: string) => (it: Element) => it.attrs.type === 'groupchat' && saying(body)(it)
  assert.ok((await agent.joinRoom(room, 'juliet')).muc.statusCodes?.includes('201'))
  const offered = (await agent.getRoomConfig(room)).fields?.map(({ name }) => name)
  assert.ok(offered?.includes('muc#roomconfig_roomname'))
  const named = { name: 'muc#roomconfig_roomname', value: 'Orchard' }
  await agent.configureRoom(room, { fields: [{ name: 'FORM_TYPE', type: 'hidden', value: CONFIG }, named] })
  agent.sendMessage({ to: room, type: 'groupchat', body: 'Ay me!' })
  agent.setSubject(room, 'What light through yonder window breaks?')
  await juliet.expect((it) => it.getChildText('subject')?.startsWith('What light') === true)
  await join(romeo, room, 'romeo')
  assert.equal(romeo.takeAll(heard('Ay me!')).length, 1)
  await juliet.expect((it) => isPresence(it, `${room}/romeo`))
  agent.sendMessage({ to: `${room}/romeo`, type: 'chat', body: 'Wherefore art thou?' })
  assert.equal((await romeo.expect(saying('Wherefore art thou?'))).attrs.from, `${room}/juliet`)
  say(romeo, `${room}/juliet`, 'By a name')
  assert.equal((await juliet.expect(saying('By a name'))).attrs.from, `${room}/romeo`)

  await agent.leaveRoom(room)
  juliet.takeAll(() => true)
  await agent.joinRoom(room, 'juliet')
  await juliet.expect((it) => heard('Ay me!')(it) && it.getChild('delay') !== undefined)
  assert.equal((await agent.changeNick(room, 'Jule')).from, `${room}/Jule`)
  await romeo.expect((it) => isPresence(it, `${room}/Jule`))

  await agent.kick(room, 'romeo', 'Avaunt')
  await seen(romeo, `${room}/romeo`, '-none none 110 307')
  await join(romeo, room, 'romeo')
  await agent.ban(room, other, 'Treason')
  await seen(romeo, `${room}/romeo`, '-outcast none 110 301')
  knock(romeo, room, 'romeo')
  assert.equal(errorOf(await romeo.expect((it) => it.attrs.type === 'error')), 'auth/forbidden')
  await agent.setRoomAffiliation(room, other, 'owner')
  const owners = await agent.getRoomMembers(room, { affiliation: 'owner' })
  assert.ok(owners.muc.users?.some(({ jid }) => jid === other))
  agent.invite(room, { to: other, reason: 'Come back' })
  await romeo.expect((it) => it.name === 'message' && it.attrs.from === room && `${it}`.includes('Come back'))
  await join(romeo, room, 'romeo')

  const left = new Promise((resolve) => agent.once('muc:leave', resolve))
  await administer(romeo, room, { nick: 'Jule', role: 'none' })
  await left
  await agent.joinRoom(room, 'juliet')
  const destroyed = new Promise((resolve) => agent.once('muc:destroyed', resolve))
  await agent.destroyRoom(room, { reason: 'Macbeth doth come' })
  await destroyed
  const gone = await romeo.expect((it) => isPresence(it, `${room}/romeo`, 'unavailable'))
  assert.deepEqual(codesOf(gone), ['110'])
}
