import assert from 'node:assert/strict'
import type { RawClient } from '@heliograph/testkit'
import { bareOf, errorOf, isPresence, say, saying } from './actor.ts'
import { codesOf, configure, knock } from './room.ts'
import { ask, submission } from './room-admin.ts'
import { getRoster } from './roster.ts'
import { follow, isTold } from './subscriptions.ts'

const PATIENCE_MS = 20_000
const MANY = 100

/** Two of different servers write to each other. */
export async function talk(alice: RawClient, romeo: RawClient): Promise<void> {
  for (let i = 0; i < MANY; i++) {
    say(alice, romeo.jid, `to ${i}`)
    say(romeo, alice.jid, `fro ${i}`)
  }
  for (let i = 0; i < MANY; i++) {
    const [there, here] = await Promise.all([
      romeo.expect(({ name }) => name === 'message', PATIENCE_MS),
      alice.expect(({ name }) => name === 'message', PATIENCE_MS),
    ])
    assert.deepEqual([there.getChildText('body'), here.getChildText('body')], [`to ${i}`, `fro ${i}`])
    assert.deepEqual([there.attrs.from, here.attrs.from], [alice.jid, romeo.jid])
  }
}

/** Subscriptions of both ways, and what they show, also to who comes later. */
export async function befriend(alice: RawClient, romeo: RawClient): Promise<void> {
  await getRoster(alice)
  await getRoster(romeo)
  for (const [asking, asked] of [
    [alice, romeo],
    [romeo, alice],
  ] as const) {
    asking.send(`<presence to='${bareOf(asked.jid)}' type='subscribe'/>`)
    await asked.expect((it) => isPresence(it, bareOf(asking.jid), 'subscribe'), PATIENCE_MS)
    asked.send(`<presence to='${bareOf(asking.jid)}' type='subscribed'/>`)
    await asking.expect((it) => isPresence(it, bareOf(asked.jid), 'subscribed'), PATIENCE_MS)
    await asking.expect((it) => isPresence(it, asked.jid), PATIENCE_MS)
  }
  for (const [who, whom] of [
    [alice, romeo],
    [romeo, alice],
  ] as const) {
    who.send(`<presence><status>at home</status></presence>`)
    await whom.expect((it) => isPresence(it, who.jid) && it.getChildText('status') === 'at home', PATIENCE_MS)
    who.send(`<presence type='unavailable'/>`)
    await whom.expect((it) => isPresence(it, who.jid, 'unavailable'), PATIENCE_MS)
    // Who comes asks how the other is.
    who.send(`<presence/>`)
    await who.expect((it) => isPresence(it, whom.jid), PATIENCE_MS)
    await whom.expect((it) => isPresence(it, who.jid), PATIENCE_MS)
  }
}

/** In a room of the second one's server. */
export async function meet(guest: RawClient, host: RawClient, room: string): Promise<void> {
  const isOwn = (nick: string) => (it: Parameters<typeof isPresence>[0]) => isPresence(it, `${room}/${nick}`)
  const enter = (who: RawClient, nick: string) =>
    who.send(`<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`)
  enter(host, 'host')
  await host.expect(isOwn('host'), PATIENCE_MS)
  host.send(
    `<iq type='set' id='open' to='${room}'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
  )
  await host.expect(({ attrs }) => attrs.id === 'open', PATIENCE_MS)
  enter(guest, 'guest')
  await guest.expect(isOwn('guest'), PATIENCE_MS)
  await host.expect(isOwn('guest'), PATIENCE_MS)
  for (const [who, nick] of [
    [guest, 'guest'],
    [host, 'host'],
  ] as const) {
    say(who, room, `from ${nick}`, { type: 'groupchat' })
    for (const hearer of [guest, host]) {
      const heard = await hearer.expect(saying(`from ${nick}`), PATIENCE_MS)
      assert.equal(heard.attrs.from, `${room}/${nick}`)
    }
  }
  guest.send(`<presence to='${room}/guest' type='unavailable'/>`)
  await host.expect((it) => isPresence(it, `${room}/guest`, 'unavailable'), PATIENCE_MS)
}

/** Follows a room of another server where the host is, without entering it. */
export async function followFromAfar(follower: RawClient, host: RawClient, room: string): Promise<void> {
  await follow(follower, room, 'follower')
  say(host, room, 'to who follows', { type: 'groupchat' })
  const event = await follower.expect(isTold('to who follows'), PATIENCE_MS)
  assert.deepEqual([event.attrs.from, event.attrs.to], [room, bareOf(follower.jid)])
  say(follower, room, 'from who follows', { type: 'groupchat' })
  const heard = await host.expect(saying('from who follows'), PATIENCE_MS)
  assert.equal(heard.attrs.from, `${room}/follower`)
  await follower.expect(isTold('from who follows'), PATIENCE_MS)
}

/** In a room of the host's server, which locks nicks: whoever comes from another is there under the one that is kept for him. */
export async function comeUnderOwnNick(guest: RawClient, host: RawClient, room: string): Promise<void> {
  await configure(host, room, { 'x-muc#roomconfig_reservednick': '1' })
  const form = submission('http://jabber.org/protocol/muc#register', { 'muc#register_roomnick': 'montague' })
  await ask(guest, 'set', room, `<query xmlns='jabber:iq:register'>${form}</query>`)
  knock(guest, room, 'guest')
  const own = await guest.expect((it) => isPresence(it, `${room}/montague`), PATIENCE_MS)
  assert.ok(
    ['110', '210'].every((code) => codesOf(own).includes(code)),
    `${own}`,
  )
  await host.expect((it) => isPresence(it, `${room}/montague`), PATIENCE_MS)
  guest.send(`<presence to='${room}/romeo'/>`)
  const refused = await guest.expect((it) => isPresence(it, `${room}/romeo`, 'error'), PATIENCE_MS)
  assert.equal(errorOf(refused), 'modify/not-acceptable')
  // As his server would say it for him, which may know no more than what he asked for.
  guest.send(`<presence to='${room}/guest' type='unavailable'/>`)
  await host.expect((it) => isPresence(it, `${room}/montague`, 'unavailable'), PATIENCE_MS)
}
