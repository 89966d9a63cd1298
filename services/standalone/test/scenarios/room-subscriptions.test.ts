/** MUC-16: who follows a room hears what is said there without being in it (MUC/Sub, as ejabberd documents it). */
import assert from 'node:assert/strict'
import { bothModes, type RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, enter, errorOf, newcomer, receivedAfter, settle, together } from '../support/actor.ts'
import { control } from '../support/control.ts'
import { configure, freshRoom, itemOf, join, knock, makeRoom, tell } from '../support/room.ts'
import { administer, ask } from '../support/room-admin.ts'
import { endedOf, follow, followXml, isEvent, isTold, MUCSUB, nodesIn, toldOf } from '../support/subscriptions.ts'

const scenario = await bothModes()
const PUSH = 'urn:xmpp:push:0'
const PATIENCE_MS = 20_000

const unfollow = (client: RawClient, room: string, jid?: string) =>
  ask(client, 'set', room, `<unsubscribe xmlns='${MUCSUB}'${jid === undefined ? '' : ` jid='${jid}'`}/>`)

const features = async (client: RawClient, of: string) => {
  const answer = await ask(client, 'get', of, `<query xmlns='http://jabber.org/protocol/disco#info'/>`)
  const query = answer.getChild('query', 'http://jabber.org/protocol/disco#info')
  return (query?.getChildren('feature') ?? []).map(({ attrs }) => attrs.var)
}

const subscriptionsOf = async (client: RawClient, of: string) => {
  const answer = await ask(client, 'get', of, `<subscriptions xmlns='${MUCSUB}'/>`)
  if (answer.attrs.type === 'error') return errorOf(answer)
  const all = answer.getChild('subscriptions', MUCSUB)?.getChildren('subscription') ?? []
  return all.map((each) => [each.attrs.jid, each.attrs.nick, ...nodesIn(each)].join(' '))
}

const saidBy = (room: string, nick: string, body: string) => (it: Element) =>
  it.name === 'message' && it.attrs.from === `${room}/${nick}` && it.getChildText('body') === body

scenario('who follows a room hears and speaks there without being in it, until he has enough', async (site) => {
  using all = together({ host: await newcomer(site, 'host'), bob: await newcomer(site, 'bob', { edge: 1 }) })
  const { host, bob } = all
  const room = freshRoom(site)
  const service = `conference.${site.domain}`
  await makeRoom(host, room, 'host')
  assert.ok((await features(bob, service)).includes(MUCSUB))
  assert.ok((await features(bob, room)).includes(MUCSUB))
  // Those that aren't told here are not in the answer.
  assert.deepEqual(await follow(bob, room, 'bob', ['messages', 'subject', 'presence']), ['messages', 'subject'])
  tell(host, room, 'one')
  const event = await bob.expect(isTold('one'), PATIENCE_MS)
  assert.equal(event.attrs.from, room)
  const told = toldOf(event)!
  assert.deepEqual([told.attrs.from, told.attrs.type], [`${room}/host`, 'groupchat'])
  assert.equal(told.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs.by, room)
  host.send(`<message to='${room}' type='groupchat'><subject>Tea</subject></message>`)
  await bob.expect((it) => toldOf(it)?.getChildText('subject') === 'Tea', PATIENCE_MS)
  // What wants to be kept by nobody is for those who are there.
  host.send(
    `<message to='${room}' type='groupchat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  )
  tell(bob, room, 'two')
  await host.expect(saidBy(room, 'bob', 'two'), PATIENCE_MS)
  const own = await bob.expect(isEvent, PATIENCE_MS)
  assert.equal(toldOf(own)?.getChildText('body'), 'two')
  assert.deepEqual(await subscriptionsOf(bob, service), [`${room} bob messages subject`])
  assert.deepEqual(await subscriptionsOf(host, room), [`${bareOf(bob.jid)} bob messages subject`])
  assert.equal(await subscriptionsOf(bob, room), 'auth/forbidden')
  // What was said is his to read, too.
  const archive = await ask(bob, 'set', room, `<query xmlns='urn:xmpp:mam:2'/>`)
  assert.equal(archive.attrs.type, 'result', `${archive}`)
  assert.deepEqual(await follow(bob, room, 'robert', ['subject']), ['subject'])
  assert.equal((await unfollow(bob, room)).attrs.type, 'result')
  assert.equal(errorOf(await unfollow(bob, room)), 'cancel/item-not-found')
  assert.deepEqual(await subscriptionsOf(bob, service), [])
  tell(host, room, 'three')
  await host.expect(saidBy(room, 'host', 'three'), PATIENCE_MS)
  assert.deepEqual((await receivedAfter(host, bob, isEvent)).map(String), [])
  tell(bob, room, 'four')
  assert.equal(errorOf(await bob.expect((it) => it.attrs.type === 'error')), 'modify/not-acceptable')
})

scenario('who follows a room and is away is told by push, and of each message once when he comes', async (site) => {
  const person = await site.person('bob')
  using all = together({ host: await newcomer(site, 'host'), app: await newcomer(site, 'app', { edge: 1 }) })
  const { host, app } = all
  const room = freshRoom(site)
  await makeRoom(host, room, 'host')
  const phone = await enter(site, person, { edge: 1 })
  const enabled = await ask(phone, 'set', person.jid, `<enable xmlns='${PUSH}' jid='${app.jid}' node='phone'/>`)
  assert.equal(enabled.attrs.type, 'result', `${enabled}`)
  await follow(phone, room, 'bob')
  await phone.close()
  tell(host, room, 'one')
  const push = await app.expect((it) => it.name === 'iq' && it.attrs.type === 'set', PATIENCE_MS)
  app.send(`<iq type='result' id='${push.attrs.id}' to='${push.attrs.from}'/>`)
  tell(host, room, 'two')
  await host.expect(saidBy(room, 'host', 'two'), PATIENCE_MS)
  await settle(host)
  await using back = await enter(site, person, { edge: 0 })
  for (const body of ['one', 'two']) {
    const event = await back.expect(isEvent, PATIENCE_MS)
    assert.equal(toldOf(event)?.getChildText('body'), body)
  }
  tell(host, room, 'three')
  assert.equal(toldOf(await back.expect(isEvent, PATIENCE_MS))?.getChildText('body'), 'three')
  await back.close()
  await using again = await enter(site, person, { edge: 1 })
  tell(host, room, 'four')
  assert.equal(toldOf(await again.expect(isEvent, PATIENCE_MS))?.getChildText('body'), 'four')
})

scenario(
  'who enters a room that he follows is there like others, and follows it again when he leaves',
  async (site) => {
    using all = together({ host: await newcomer(site, 'host'), bob: await newcomer(site, 'bob', { edge: 1 }) })
    const { host, bob } = all
    const room = freshRoom(site)
    await makeRoom(host, room, 'host')
    await follow(bob, room, 'bob')
    tell(host, room, 'before')
    await bob.expect(isTold('before'), PATIENCE_MS)
    await join(bob, room, 'bob')
    assert.deepEqual(bob.takeAll(saidBy(room, 'host', 'before')).map(String), [])
    tell(host, room, 'inside')
    await bob.expect(saidBy(room, 'host', 'inside'), PATIENCE_MS)
    bob.send(`<presence type='unavailable' to='${room}/bob'/>`)
    for (const client of [host, bob])
      await client.expect((it) => it.attrs.type === 'unavailable' && it.attrs.from === `${room}/bob`, PATIENCE_MS)
    tell(host, room, 'after')
    const event = await bob.expect(isEvent, PATIENCE_MS)
    assert.equal(toldOf(event)?.getChildText('body'), 'after')
    await join(bob, room, 'bob', { history: `maxstanzas='2'` })
    await bob.expect(saidBy(room, 'host', 'after'), PATIENCE_MS)
  },
)

scenario('who takes the name of a deleted account is nothing in rooms, and follows none of them', async (site) => {
  const bob = await site.person('bob')
  using all = together({ host: await newcomer(site, 'host'), eve: await newcomer(site, 'eve', { edge: 1 }) })
  const { host, eve } = all
  const [room, empty] = [freshRoom(site), freshRoom(site)]
  for (const each of [room, empty]) await makeRoom(host, each, 'host', { persistentroom: '1' })
  const first = await enter(site, bob, { edge: 1 })
  await follow(first, empty, 'bob')
  await follow(first, room, 'bob')
  await administer(host, room, { jid: bob.jid, affiliation: 'admin', nick: 'bob' })
  await join(first, room, 'bob')
  host.takeAll('presence')
  assert.equal((await control(site, ['users', 'delete', bob.jid])).code, 0)
  const isGone = (it: Element) => it.attrs.from === `${room}/bob` && it.attrs.type === 'unavailable'
  await host.expect(isGone, PATIENCE_MS)
  await first.ended
  // Whoever asks for the nick has it, as soon as the room knows.
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    knock(eve, room, 'bob')
    const answer = await eve.expect((it) => it.name === 'presence' && it.attrs.from === `${room}/bob`, PATIENCE_MS)
    if (answer.attrs.type === undefined) break
    assert.ok(errorOf(answer) === 'cancel/conflict' && Date.now() < end, `${answer}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.deepEqual(await subscriptionsOf(host, room), [])
  assert.equal((await control(site, ['users', 'create', bob.jid], `${bob.password}\n`)).code, 0)
  await using second = await enter(site, bob, { edge: 0 })
  assert.deepEqual(await subscriptionsOf(second, `conference.${site.domain}`), [])
  const own = await join(second, room, 'robert')
  assert.equal(itemOf(own)?.attrs.affiliation, 'none')
  for (const each of [room, empty]) tell(host, each, `in ${each}`)
  await second.expect(saidBy(room, 'host', `in ${room}`), PATIENCE_MS)
  await host.expect(saidBy(empty, 'host', `in ${empty}`), PATIENCE_MS)
  assert.deepEqual((await receivedAfter(host, second, isEvent)).map(String), [])
})

scenario('nobody follows a room that he may not enter, nor in the name or under the nick of another', async (site) => {
  using all = together({
    host: await newcomer(site, 'host'),
    bob: await newcomer(site, 'bob', { edge: 1 }),
    eve: await newcomer(site, 'eve', { edge: 1 }),
  })
  const { host, bob, eve } = all
  const room = freshRoom(site)
  await makeRoom(host, room, 'host', { passwordprotectedroom: '1', roomsecret: 'cauldron' })
  const refused = async (attrs: string, nodes = ['messages']) =>
    errorOf(await ask(bob, 'set', room, followXml(attrs, nodes)))
  assert.equal(await refused(`nick='bob'`), 'auth/not-authorized')
  assert.equal(await refused(`nick='bob' password='kettle'`), 'auth/not-authorized')
  assert.equal(await refused(`password='cauldron'`), 'modify/bad-request')
  assert.equal(await refused(`nick='' password='cauldron'`), 'modify/jid-malformed')
  assert.equal(await refused(`nick='host' password='cauldron'`), 'cancel/conflict')
  assert.equal(await refused(`nick='bob' password='cauldron'`, []), 'modify/not-acceptable')
  assert.equal(await refused(`nick='bob' password='cauldron'`, ['presence', 'x']), 'modify/not-acceptable')
  assert.equal(await refused(`nick='eve' password='cauldron' jid='${bareOf(eve.jid)}'`), 'cancel/not-allowed')
  assert.equal(errorOf(await unfollow(bob, room, bareOf(eve.jid))), 'auth/forbidden')
  await follow(bob, room, 'bob', ['messages'], 'cauldron')
  await follow(eve, room, 'eve', ['messages'], 'cauldron')
  assert.equal(errorOf(await ask(eve, 'set', room, followXml(`nick='bob'`, ['messages']))), 'cancel/conflict')
  // A moderator ends it for one, a ban for the other.
  assert.equal((await unfollow(host, room, bareOf(eve.jid))).attrs.type, 'result')
  assert.equal(endedOf(await eve.expect(isEvent, PATIENCE_MS)), bareOf(eve.jid))
  await administer(host, room, { jid: bareOf(bob.jid), affiliation: 'outcast' })
  assert.equal(endedOf(await bob.expect(isEvent, PATIENCE_MS)), bareOf(bob.jid))
  assert.equal(await refused(`nick='bob' password='cauldron'`), 'auth/forbidden')
  assert.deepEqual(await subscriptionsOf(host, room), [])
  await follow(eve, room, 'eve', ['messages'], 'cauldron')
  // Members alone may enter, and follow.
  await configure(host, room, { membersonly: '1' })
  assert.equal(endedOf(await eve.expect(isEvent, PATIENCE_MS)), bareOf(eve.jid))
  assert.equal(
    errorOf(await ask(eve, 'set', room, followXml(`nick='eve'`, ['messages']))),
    'auth/registration-required',
  )
  await configure(host, room, { membersonly: '0', allow_subscription: '0' })
  assert.equal(errorOf(await ask(eve, 'set', room, followXml(`nick='eve'`, ['messages']))), 'cancel/not-allowed')
  assert.ok(!(await features(eve, room)).includes(MUCSUB))
  assert.equal(
    errorOf(await ask(eve, 'set', freshRoom(site), followXml(`nick='eve'`, ['messages']))),
    'cancel/item-not-found',
  )
  // With the room it ends, too.
  await configure(host, room, { allow_subscription: '1' })
  await follow(eve, room, 'eve', ['messages'], 'cauldron')
  host.send(`<presence to='${room}/host' type='unavailable'/>`)
  assert.equal(endedOf(await eve.expect(isEvent, PATIENCE_MS)), bareOf(eve.jid))
  assert.deepEqual(await subscriptionsOf(eve, `conference.${site.domain}`), [])
})
