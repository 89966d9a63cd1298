/** MUC-01: rooms that lock nicks say under which one somebody is there. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter, errorOf, newcomer, saying, together } from '../support/actor.ts'
import { codesOf, configure, freshRoom, itemOf, join, knock, makeRoom, tell } from '../support/room.ts'
import { ask, submission } from '../support/room-admin.ts'
import { follow } from '../support/subscriptions.ts'

const scenario = await bothModes()
const PATIENCE_MS = 20_000
const REGISTER = 'http://jabber.org/protocol/muc#register'
const LOCKED = { 'x-muc#roomconfig_reservednick': '1' }

async function reserve(client: RawClient, room: string, nick: string): Promise<void> {
  const form = submission(REGISTER, { 'muc#register_roomnick': nick })
  const answer = await ask(client, 'set', room, `<query xmlns='jabber:iq:register'>${form}</query>`)
  assert.equal(answer.attrs.type, 'result', `${answer}`)
}

const presence = (client: RawClient, from: string, type?: string): Promise<Element> =>
  client.expect((it) => it.name === 'presence' && it.attrs.from === from && it.attrs.type === type, PATIENCE_MS)

scenario('for whom a nick is kept is under it where nicks are locked, whichever he asks for', async (site) => {
  using all = together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    nora: await newcomer(site, 'nora', { edge: 1 }),
    max: await newcomer(site, 'max', { edge: 1 }),
  })
  const { owen, nora, max } = all
  const room = freshRoom(site)
  await makeRoom(owen, room, 'owen', LOCKED)
  await reserve(nora, room, 'thirdwitch')
  knock(nora, room, 'hag')
  // XEP-0045 §7.2.2
  assert.deepEqual(codesOf(await presence(nora, `${room}/thirdwitch`)), ['110', '170', '210'])
  assert.deepEqual(codesOf(await presence(owen, `${room}/thirdwitch`)), [])
  // §7.6
  nora.send(`<presence to='${room}/crone'/>`)
  assert.equal(errorOf(await presence(nora, `${room}/crone`, 'error')), 'modify/not-acceptable')
  // What she asked for at first isn't hers.
  nora.send(`<presence to='${room}/hag'><show>away</show></presence>`)
  assert.equal(errorOf(await presence(nora, `${room}/hag`, 'error')), 'modify/not-acceptable')
  knock(nora, room, 'hag')
  assert.deepEqual(codesOf(await presence(nora, `${room}/thirdwitch`)), ['110', '170', '210'])
  tell(nora, room, 'by the pricking')
  assert.equal((await owen.expect(saying('by the pricking'), PATIENCE_MS)).attrs.from, `${room}/thirdwitch`)
  // Others choose, but not hers.
  knock(max, room, 'thirdwitch')
  assert.equal(errorOf(await presence(max, `${room}/thirdwitch`, 'error')), 'cancel/conflict')
  await join(max, room, 'hag')
  max.send(`<presence to='${room}/hag' type='unavailable'/>`)
  await presence(owen, `${room}/hag`, 'unavailable')
  // Who isn't there speaks under his, too.
  await follow(max, room, 'max')
  await reserve(max, room, 'maximilian')
  tell(max, room, 'of my thumbs')
  assert.equal((await owen.expect(saying('of my thumbs'), PATIENCE_MS)).attrs.from, `${room}/maximilian`)
  // Without a word: her session's owner knows where she was.
  nora.cut()
  await presence(owen, `${room}/thirdwitch`, 'unavailable')
})

scenario('who is there when his nick is locked goes on under it, by all his clients', async (site) => {
  const person = await site.person('nora')
  using all = together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    desk: await enter(site, person, { edge: 1, resource: 'desk' }),
    phone: await enter(site, person, { edge: 0, resource: 'phone' }),
  })
  const { owen, desk, phone } = all
  const room = freshRoom(site)
  await makeRoom(owen, room, 'owen')
  await join(desk, room, 'hag')
  await join(phone, room, 'crone')
  await reserve(desk, room, 'thirdwitch')
  for (const client of [owen, desk, phone]) client.takeAll('presence')
  await configure(owen, room, LOCKED)
  for (const client of [owen, desk, phone])
    for (const former of ['hag', 'crone']) {
      const gone = await presence(client, `${room}/${former}`, 'unavailable')
      assert.ok(codesOf(gone).includes('303'), `${gone}`)
      assert.equal(itemOf(gone)?.attrs.nick, 'thirdwitch')
    }
  // §7.10: all are told.
  assert.deepEqual(codesOf(await presence(owen, `${room}/thirdwitch`)), ['210'])
  for (const client of [desk, phone])
    await client.expect((it) => it.attrs.from === `${room}/thirdwitch` && codesOf(it).join() === '110,210', PATIENCE_MS)
  // Another nick is kept for her.
  await reserve(desk, room, 'firstwitch')
  for (const client of [owen, desk, phone]) {
    await presence(client, `${room}/thirdwitch`, 'unavailable')
    assert.ok(codesOf(await presence(client, `${room}/firstwitch`)).includes('210'))
  }
  owen.takeAll('presence')
  desk.cut()
  phone.cut()
  await presence(owen, `${room}/firstwitch`, 'unavailable')
})

scenario('a room may let nobody change his nick', async (site) => {
  using all = together({ owen: await newcomer(site, 'owen'), nora: await newcomer(site, 'nora', { edge: 1 }) })
  const { owen, nora } = all
  const room = freshRoom(site)
  await makeRoom(owen, room, 'owen', { 'x-muc#roomconfig_canchangenick': '0' })
  await join(nora, room, 'nora')
  nora.send(`<presence to='${room}/hag'/>`)
  assert.equal(errorOf(await presence(nora, `${room}/hag`, 'error')), 'modify/not-acceptable')
  tell(nora, room, 'still here')
  assert.equal((await owen.expect(saying('still here'), PATIENCE_MS)).attrs.from, `${room}/nora`)
  nora.cut()
  await presence(owen, `${room}/nora`, 'unavailable')
})
