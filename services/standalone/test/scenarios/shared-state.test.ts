/** What docs/shared-state.md shows: positions for some contacts alone, and drawings that late joiners get. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { type Element, parseDocument, serialize } from '@heliograph/xml'
import { bareOf, newcomer, receivedAfter, settle, together } from '../support/actor.ts'
import { askAccount, Software, told } from '../support/eventing.ts'
import { befriend } from '../support/friends.ts'
import { done, firstIn, formXml, freshNode, idsOf, makeNode, news, newsOf, subscribe } from '../support/pubsub.ts'
import { freshRoom, join, makeRoom } from '../support/room.ts'

const scenario = await bothModes()
const SWB = 'http://jabber.org/protocol/swb'

/** A stroke, with what no server knows. */
const stroke = (id: string) =>
  `<x xmlns='${SWB}'><path d='M 1 1 L 3 &lt;2' stroke='#f00' id='${id}'/><g xmlns='http://www.w3.org/2000/svg'><s:desc xmlns:s='urn:x:sketch' s:by="&apos;romeo&apos;">un été &amp; 🌄</s:desc></g></x>`
const same = (xml: string) => serialize(parseDocument(xml).element)
const drawn = (element: Element | undefined) => serialize(element?.getChild('x', SWB) as Element)

scenario('a position is for the contacts in a group', async (site) => {
  using all = together({
    juliet: await newcomer(site, 'juliet', { edge: 0 }),
    romeo: await newcomer(site, 'romeo', { edge: 1 }),
    nurse: await newcomer(site, 'nurse', { edge: 0 }),
  })
  const { juliet, romeo, nurse } = all
  const node = freshNode('geoloc')
  const software = new Software(node)
  await software.announce(romeo)
  await software.explain(romeo)
  await software.announce(nurse)
  await settle(romeo)
  await befriend(juliet, romeo)
  await befriend(juliet, nurse)
  const group = `<item jid='${bareOf(romeo.jid)}'><group>Field team</group></item>`
  await juliet.request(`<iq type='set' id='group'><query xmlns='jabber:iq:roster'>${group}</query></iq>`)
  const options = formXml({ access_model: 'roster', roster_groups_allowed: 'Field team' }, 'publish-options')
  for (const lat of ['45.44', '45.45']) {
    const geoloc = `<geoloc xmlns='http://jabber.org/protocol/geoloc'><lat>${lat}</lat><lon>10.99</lon></geoloc>`
    const inside = `<publish node='${node}'><item id='current'>${geoloc}</item></publish><publish-options>${options}</publish-options>`
    assert.equal((await askAccount(juliet, { type: 'set', inside })).attrs.type, 'result')
    const heard = await told(romeo, node)
    assert.equal(firstIn(heard.news).getChild('geoloc')?.getChildText('lat'), lat)
  }
  assert.deepEqual(await receivedAfter(juliet, nurse, (it) => newsOf(it, node) !== undefined), [])
})

scenario('a drawing reaches everybody as it is, and who comes late gets all of it', async (site) => {
  using all = together({
    juliet: await newcomer(site, 'juliet', { edge: 0 }),
    romeo: await newcomer(site, 'romeo', { edge: 1 }),
    nurse: await newcomer(site, 'nurse', { edge: 1 }),
  })
  const { juliet, romeo, nurse } = all
  const room = freshRoom(site, 'ops')
  await makeRoom(juliet, room, 'juliet')
  await join(romeo, room, 'romeo')
  romeo.send(`<message to='${room}' type='groupchat' id='live'>${stroke('romeo1')}</message>`)
  romeo.send(`<message to='${room}' type='groupchat' id='kept'><body>a map</body>${stroke('romeo2')}</message>`)
  for (const [id, name] of [
    ['live', 'romeo1'],
    ['kept', 'romeo2'],
  ] as const) {
    const seen = await juliet.expect((it) => it.name === 'message' && it.attrs.id === id)
    assert.equal(drawn(seen), same(stroke(name)))
  }
  await join(nurse, room, 'nurse')
  assert.equal(drawn(await nurse.expect((it) => it.attrs.id === 'kept')), same(stroke('romeo2')))

  const node = freshNode('map')
  await makeNode(juliet, node, { max_items: 'max', publish_model: 'subscribers', notify_retract: 'true' })
  for (const each of [juliet, romeo]) await subscribe(each, node)
  const draw = (id: string, at = id) =>
    done(romeo, { type: 'set', inside: `<publish node='${node}'><item id='${id}'>${stroke(at)}</item></publish>` })
  for (const id of ['a', 'b', 'c']) {
    await draw(id)
    assert.equal(drawn(firstIn((await news(juliet, node)).news)), same(stroke(id)))
  }
  await draw('a', 'moved')
  await done(romeo, { type: 'set', inside: `<retract node='${node}' notify='true'><item id='b'/></retract>` })
  await subscribe(nurse, node)
  const items = await done(nurse, { type: 'get', inside: `<items node='${node}'/>` })
  assert.deepEqual(idsOf(items), ['c', 'a'])
  const shown = (items!.getChildElements() as Element[]).map((item) => drawn(item))
  assert.deepEqual(shown, [same(stroke('c')), same(stroke('moved'))])
})
