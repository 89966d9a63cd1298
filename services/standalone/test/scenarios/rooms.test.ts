/** MUC-01: people come together in a room, see who is there, and talk. */
import assert from 'node:assert/strict'
import { bothModes, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { newcomer, saying, settle, together } from '../support/actor.ts'
import { codesOf, freshRoom, itemOf, join, makeRoom, tell } from '../support/room.ts'

const scenario = await bothModes()

async function people(site: Site) {
  return together({
    crone: await newcomer(site, 'crone', { edge: 0 }),
    hag: await newcomer(site, 'hag', { edge: 1 }),
    hecate: await newcomer(site, 'hecate', { edge: 0 }),
  })
}

const from = (address: string) => (it: Element) => it.attrs.from === address
const presenceFrom = (address: string) => (it: Element) => it.name === 'presence' && it.attrs.from === address

scenario('who enters is told of all who are there, then of himself, and they of him', async (site) => {
  using all = await people(site)
  const { crone, hag, hecate } = all
  const room = freshRoom(site)
  await makeRoom(crone, room, 'first')
  await join(hag, room, 'second')
  await crone.expect(presenceFrom(`${room}/second`))
  await join(hecate, room, 'third')
  // Before himself, or it would not be there yet.
  for (const [nick, role] of [
    ['first', 'moderator'],
    ['second', 'participant'],
  ] as const) {
    const seen = hecate.takeAll(presenceFrom(`${room}/${nick}`))
    assert.deepEqual(
      seen.map((it) => [itemOf(it)?.attrs.role, itemOf(it)?.attrs.jid]),
      [[role, undefined]],
    )
  }
  for (const other of [crone, hag]) {
    const presence = await other.expect(presenceFrom(`${room}/third`))
    const item = itemOf(presence)!
    assert.deepEqual([item.attrs.role, item.attrs.affiliation], ['participant', 'none'])
    // Who is no moderator doesn't learn who that is.
    assert.equal(item.attrs.jid, other === crone ? hecate.jid : undefined)
    assert.deepEqual(codesOf(presence), [])
  }
})

scenario('what one says all get, in one order, also himself', async (site) => {
  using all = await people(site)
  const { crone, hag, hecate } = all
  const room = freshRoom(site)
  await makeRoom(crone, room, 'first')
  await join(hag, room, 'second')
  await join(hecate, room, 'third')
  for (let i = 0; i < 10; i++)
    for (const [name, client] of Object.entries({ crone, hag, hecate })) tell(client, room, `${name}-${i}`)
  const orders: string[][] = []
  for (const client of [crone, hag, hecate]) {
    const order: string[] = []
    while (order.length < 30) {
      const message = await client.expect((it) => it.name === 'message' && it.getChild('body') !== undefined)
      order.push(message.getChildText('body')!)
      assert.equal(message.attrs.to, client.jid)
      assert.equal(message.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs.by, room)
      assert.ok(message.getChild('occupant-id', 'urn:xmpp:occupant-id:0')?.attrs.id)
    }
    orders.push(order)
  }
  assert.deepEqual(orders[1], orders[0])
  assert.deepEqual(orders[2], orders[0])
  for (const name of ['crone', 'hag', 'hecate'])
    assert.deepEqual(
      orders[0]!.filter((body) => body.startsWith(name)),
      Array.from({ length: 10 }, (_, i) => `${name}-${i}`),
    )
})

scenario('who leaves is seen to leave, and hears nothing more', async (site) => {
  using all = await people(site)
  const { crone, hag } = all
  const room = freshRoom(site)
  await makeRoom(crone, room, 'first')
  await join(hag, room, 'second')
  await crone.expect(presenceFrom(`${room}/second`))
  hag.send(`<presence to='${room}/second' type='unavailable'><status>to the heath</status></presence>`)
  const self = await hag.expect(presenceFrom(`${room}/second`))
  assert.deepEqual([self.attrs.type, codesOf(self), itemOf(self)?.attrs.role], ['unavailable', ['110'], 'none'])
  const seen = await crone.expect(presenceFrom(`${room}/second`))
  assert.deepEqual([seen.attrs.type, seen.getChildText('status')], ['unavailable', 'to the heath'])
  tell(crone, room, 'alone')
  await crone.expect(saying('alone'))
  await settle(hag)
  assert.deepEqual(hag.takeAll(from(`${room}/first`)).filter(saying('alone')), [])
})
