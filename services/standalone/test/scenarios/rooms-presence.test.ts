/** MUC-01: who is in a room, by how many clients, under which nick. */
import assert from 'node:assert/strict'
import { bothModes, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter, errorOf, newcomer, saying, settle, together } from '../support/actor.ts'
import { codesOf, freshRoom, isSubject, itemOf, join, knock, makeRoom, tell } from '../support/room.ts'

const scenario = await bothModes()

const presenceFrom = (address: string) => (it: Element) => it.name === 'presence' && it.attrs.from === address

async function inTheRoom(site: Site) {
  const all = together({
    crone: await newcomer(site, 'crone', { edge: 0 }),
    hag: await newcomer(site, 'hag', { edge: 1 }),
  })
  const room = freshRoom(site)
  await makeRoom(all.crone, room, 'first')
  await join(all.hag, room, 'second')
  await all.crone.expect(presenceFrom(`${room}/second`))
  return { all, room }
}

scenario(
  'a new nick: the old one goes, the new one is there, and all know that it is the same person',
  async (site) => {
    const { all, room } = await inTheRoom(site)
    using people = all
    const { crone, hag } = people
    hag.send(`<presence to='${room}/oldhag'/>`)
    for (const client of [crone, hag]) {
      const own = client === hag ? ['110'] : []
      const gone = await client.expect(presenceFrom(`${room}/second`))
      assert.deepEqual([gone.attrs.type, codesOf(gone)], ['unavailable', [...own, '303']])
      assert.deepEqual([itemOf(gone)?.attrs.nick, itemOf(gone)?.attrs.role], ['oldhag', 'participant'])
      const back = await client.expect(presenceFrom(`${room}/oldhag`))
      assert.deepEqual([back.attrs.type, codesOf(back)], [undefined, own])
    }
    hag.send(`<presence to='${room}/first'/>`)
    const refused = await hag.expect((it) => presenceFrom(`${room}/first`)(it) && it.attrs.type === 'error')
    assert.equal(errorOf(refused), 'cancel/conflict')
    tell(hag, room, 'still here')
    assert.equal((await crone.expect(saying('still here'))).attrs.from, `${room}/oldhag`)
  },
)

scenario('what an occupant says of his availability all see', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { crone, hag } = people
  hag.send(`<presence to='${room}/second'><show>xa</show><status>gone</status></presence>`)
  for (const client of [crone, hag]) {
    const presence = await client.expect(presenceFrom(`${room}/second`))
    assert.deepEqual([presence.getChildText('show'), presence.getChildText('status')], ['xa', 'gone'])
  }
})

scenario('by several clients under one nick: all hear, each may go, the last takes the nick along', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { crone, hag } = people
  const person = await site.person('twice')
  using two = together({
    desk: await enter(site, person, { edge: 0, resource: 'desk' }),
    phone: await enter(site, person, { edge: 1, resource: 'phone' }),
  })
  const { desk, phone } = two
  const here = presenceFrom(`${room}/twice`)
  await join(desk, room, 'twice')
  await crone.expect(here)
  await join(phone, room, 'twice')
  assert.equal(itemOf(await crone.expect(here))?.attrs.jid, phone.jid)
  // Another person can't have it.
  knock(hag, room, 'twice')
  assert.equal(errorOf(await hag.expect((it) => here(it) && it.attrs.type === 'error')), 'cancel/conflict')
  tell(desk, room, 'from the desk')
  for (const client of [crone, hag, desk, phone]) await client.expect(saying('from the desk'))
  phone.send(`<presence to='${room}/twice' type='unavailable'/>`)
  await phone.expect((it) => here(it) && it.attrs.type === 'unavailable')
  tell(desk, room, 'alone now')
  await crone.expect(saying('alone now'))
  const seen = crone.takeAll(here)
  assert.deepEqual(
    seen.map(({ attrs }) => attrs.type),
    [undefined],
  )
  // A client that goes without a word.
  desk.cut()
  assert.equal((await crone.expect((it) => here(it) && it.attrs.type === 'unavailable')).attrs.to, crone.jid)
})

scenario('who lost track enters once more, and is told everything anew', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { crone, hag } = people
  tell(crone, room, 'said before')
  await hag.expect(saying('said before'))
  await join(hag, room, 'second')
  const again = hag.takeAll((it) => String(it.attrs.from).startsWith(room))
  assert.ok(again.some(presenceFrom(`${room}/first`)))
  assert.ok(again.some(saying('said before')))
})

scenario('a client that only believes to be in the room is told that it is not', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  using strangers = together({ stranger: await newcomer(site, 'stranger') })
  const { stranger } = strangers
  stranger.send(`<presence to='${room}/third'><show>away</show></presence>`)
  const told = await stranger.expect(presenceFrom(`${room}/third`))
  assert.deepEqual([told.attrs.type, codesOf(told).sort()], ['unavailable', ['110', '307', '333']])
  stranger.send(`<presence to='${room}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`)
  assert.equal(errorOf(await stranger.expect(presenceFrom(room))), 'modify/jid-malformed')
  tell(stranger, room, 'may I?')
  assert.equal(errorOf(await stranger.expect(saying('may I?'))), 'modify/not-acceptable')
  await settle(people.crone)
  assert.deepEqual(people.crone.takeAll(saying('may I?')), [])
})

scenario('history comes after presence and before the subject, as much as was asked for', async (site) => {
  const { all, room } = await inTheRoom(site)
  using people = all
  const { crone } = people
  crone.send(`<message to='${room}' type='groupchat'><subject>Fire Burn</subject></message>`)
  await crone.expect((it) => isSubject(it, room))
  for (let i = 0; i < 5; i++) tell(crone, room, `line ${i}`)
  await crone.expect(saying('line 4'))
  using others = together({ late: await newcomer(site, 'late', { edge: 1 }), later: await newcomer(site, 'later') })
  const { late, later } = others
  knock(late, room, 'third')
  const order: string[] = []
  for (;;) {
    const stanza = await late.expect((it) => String(it.attrs.from).startsWith(room))
    order.push(stanza.getChildText('body') ?? stanza.getChildText('subject') ?? String(stanza.attrs.from))
    if (!isSubject(stanza, room)) continue
    const delayed = stanza.getChild('delay', 'urn:xmpp:delay')
    assert.deepEqual([stanza.attrs.from, delayed?.attrs.from], [`${room}/first`, room])
    break
  }
  const lines = ['line 0', 'line 1', 'line 2', 'line 3', 'line 4']
  assert.deepEqual(order.slice(0, 2).sort(), [`${room}/first`, `${room}/second`])
  assert.deepEqual(order.slice(2), [`${room}/third`, ...lines, 'Fire Burn'])
  await join(later, room, 'fourth', { history: `maxstanzas='2'` })
  assert.deepEqual(
    later.takeAll((it) => it.getChild('body') !== undefined).map((it) => it.getChildText('body')),
    ['line 3', 'line 4'],
  )
})
