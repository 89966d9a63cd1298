/** MUC-01, MUC-03: subjects, private messages, invitations, requests between occupants. */
import assert from 'node:assert/strict'
import { bothModes, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf, newcomer, say, saying, together } from '../support/actor.ts'
import { freshRoom, isSubject, join, makeRoom, tell } from '../support/room.ts'

const scenario = await bothModes()
const USER = 'http://jabber.org/protocol/muc#user'
const presenceFrom = (address: string) => (it: Element) => it.name === 'presence' && it.attrs.from === address

async function inTheRoom(site: Site) {
  const all = together({
    crone: await newcomer(site, 'crone', { edge: 0 }),
    hag: await newcomer(site, 'hag', { edge: 1 }),
    hecate: await newcomer(site, 'hecate', { edge: 0 }),
  })
  const room = freshRoom(site)
  await makeRoom(all.crone, room, 'first')
  await join(all.hag, room, 'second')
  await all.crone.expect(presenceFrom(`${room}/second`))
  return { all, room }
}

scenario('the subject is the moderators’, and all are told of it', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { crone, hag } = people
  const subject = (client: typeof crone, text: string) =>
    client.send(`<message to='${room}' type='groupchat' id='s'><subject>${text}</subject></message>`)
  subject(crone, 'Fire Burn')
  for (const client of [crone, hag]) {
    const told = await client.expect((it) => isSubject(it, room))
    assert.deepEqual([told.getChildText('subject'), told.attrs.from], ['Fire Burn', `${room}/first`])
  }
  subject(hag, 'Toil')
  assert.equal(errorOf(await hag.expect((it) => it.attrs.type === 'error')), 'auth/forbidden')
  // With a body, it is a message like others.
  hag.send(`<message to='${room}' type='groupchat'><subject>Trouble</subject><body>double</body></message>`)
  assert.equal((await crone.expect(saying('double'))).getChildText('subject'), 'Trouble')
})

scenario('a private message goes from nick to nick, and to nobody else', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { crone, hag, hecate } = people
  await join(hecate, room, 'third')
  say(hag, `${room}/first`, 'psst', { inside: `<x xmlns='${USER}'/>` })
  const heard = await crone.expect(saying('psst'))
  assert.deepEqual([heard.attrs.from, heard.attrs.to, heard.attrs.type], [`${room}/second`, crone.jid, 'chat'])
  assert.equal(heard.getChildren('x', USER).length, 1)
  say(hag, `${room}/nobody`, 'hello?')
  assert.equal(errorOf(await hag.expect(saying('hello?'))), 'cancel/item-not-found')
  say(hag, `${room}/first`, 'all of you', { type: 'groupchat' })
  assert.equal(errorOf(await hag.expect(saying('all of you'))), 'modify/bad-request')
  tell(hag, room, 'aloud')
  await hecate.expect(saying('aloud'))
  assert.deepEqual(hecate.takeAll(saying('psst')), [])
})

scenario('nobody speaks in the name of the room', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { crone, hag } = people
  const forged = `<stanza-id xmlns='urn:xmpp:sid:0' by='${room}' id='1'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='me'/><x xmlns='${USER}'><status code='104'/></x>`
  tell(hag, room, 'forged', forged)
  const heard = await crone.expect(saying('forged'))
  const ids = heard.getChildren('stanza-id', 'urn:xmpp:sid:0')
  assert.equal(ids.length, 1)
  assert.notEqual(ids[0]!.attrs.id, '1')
  const occupants = heard.getChildren('occupant-id', 'urn:xmpp:occupant-id:0')
  assert.deepEqual([occupants.length, occupants[0]?.attrs.id === 'me'], [1, false])
  assert.equal(heard.getChild('x', USER), undefined)
})

scenario('an invitation goes through the room, and so does its decline', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { crone, hecate } = people
  crone.send(
    `<message to='${room}' id='i'><x xmlns='${USER}'><invite to='${bareOf(hecate.jid)}'><reason>Come</reason></invite></x></message>`,
  )
  const invited = await hecate.expect((it) => it.name === 'message' && it.attrs.from === room)
  const invite = invited.getChild('x', USER)?.getChild('invite')
  assert.deepEqual([invite?.attrs.from, invite?.getChildText('reason')], [bareOf(crone.jid), 'Come'])
  hecate.send(
    `<message to='${room}'><x xmlns='${USER}'><decline to='${bareOf(crone.jid)}'><reason>No</reason></decline></x></message>`,
  )
  const declined = await crone.expect((it) => it.getChild('x', USER)?.getChild('decline') !== undefined)
  const decline = declined.getChild('x', USER)?.getChild('decline')
  assert.deepEqual([declined.attrs.from, decline?.attrs.from], [room, bareOf(hecate.jid)])
  // Who isn't in the room invites nobody to it.
  hecate.send(`<message to='${room}' id='x'><x xmlns='${USER}'><invite to='${bareOf(crone.jid)}'/></x></message>`)
  const refused = await hecate.expect((it) => it.name === 'message' && it.attrs.type === 'error')
  assert.equal(errorOf(refused), 'modify/not-acceptable')
  // A direct one is a message like others (XEP-0249).
  say(crone, hecate.jid, 'come', { inside: `<x xmlns='jabber:x:conference' jid='${room}'/>` })
  assert.equal((await hecate.expect(saying('come'))).getChild('x', 'jabber:x:conference')?.attrs.jid, room)
})

let requests = 0
const get = (to: string, payload: string) => `<iq type='get' id='talk-${requests++}' to='${to}'>${payload}</iq>`
const PING = "<ping xmlns='urn:xmpp:ping'/>"
const INFO = 'http://jabber.org/protocol/disco#info'
const ITEMS = 'http://jabber.org/protocol/disco#items'

scenario('who pings himself learns whether he is in the room', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { hag, hecate } = people
  assert.equal((await hag.request(get(`${room}/second`, PING))).attrs.type, 'result')
  assert.equal(errorOf(await hecate.request(get(`${room}/second`, PING))), 'modify/not-acceptable')
  // XEP-0045 §6.6
  const disco = get(`${room}/second`, `<query xmlns='${ITEMS}'/>`)
  assert.equal(errorOf(await hecate.request(disco)), 'modify/bad-request')
  assert.equal(errorOf(await hag.request(get(`${room}/nobody`, PING))), 'cancel/item-not-found')
})

scenario('a request from nick to nick is answered by the client that is asked', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { crone, hag } = people
  const asked = hag.request(get(`${room}/first`, "<query xmlns='jabber:iq:version'/>"))
  const request = await crone.expect((it) => it.name === 'iq' && it.attrs.type === 'get')
  assert.deepEqual([request.attrs.from, request.attrs.to], [`${room}/second`, crone.jid])
  crone.send(
    `<iq type='result' id='${request.attrs.id}' to='${request.attrs.from}'><query xmlns='jabber:iq:version'><name>broom</name></query></iq>`,
  )
  const answer = await asked
  assert.deepEqual([answer.attrs.from, answer.attrs.type], [`${room}/first`, 'result'])
})

scenario('rooms are found, and say what they are', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { hecate } = people
  const service = await hecate.request(get(`conference.${site.domain}`, `<query xmlns='${INFO}'/>`))
  assert.equal(service.getChild('query', INFO)?.getChild('identity')?.attrs.category, 'conference')
  const listed = await hecate.request(get(`conference.${site.domain}`, `<query xmlns='${ITEMS}'/>`))
  assert.ok((listed.getChild('query', ITEMS)?.getChildren('item') ?? []).some(({ attrs }) => attrs.jid === room))
  const info = (await hecate.request(get(room, `<query xmlns='${INFO}'/>`))).getChild('query', INFO)!
  const features = info.getChildren('feature').map(({ attrs }) => attrs.var)
  for (const feature of ['http://jabber.org/protocol/muc', 'muc_open', 'muc_temporary', 'urn:xmpp:occupant-id:0'])
    assert.ok(features.includes(feature), feature)
  const items = (await hecate.request(get(room, `<query xmlns='${ITEMS}'/>`))).getChild('query', ITEMS)!
  assert.deepEqual(
    items.getChildren('item').map(({ attrs }) => attrs.jid),
    [`${room}/first`, `${room}/second`],
  )
  const nowhere = get(`nowhere@conference.${site.domain}`, `<query xmlns='${INFO}'/>`)
  assert.equal(errorOf(await hecate.request(nowhere)), 'cancel/item-not-found')
})
