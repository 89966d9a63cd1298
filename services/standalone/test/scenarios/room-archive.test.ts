/** MUC-04, MUC-10: what is said in rooms is kept, told to those who enter, and taken back. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf, newcomer, saying, together } from '../support/actor.ts'
import { type Archived, readArchive, stanzaIdOf } from '../support/archive.ts'
import { configure, freshRoom, join, knock, makeRoom, tell } from '../support/room.ts'

const scenario = await bothModes()
const MUC_USER = 'http://jabber.org/protocol/muc#user'
const RETRACT = 'urn:xmpp:message-retract:1'
const MODERATE = 'urn:xmpp:message-moderate:1'
const OCCUPANT_ID = 'urn:xmpp:occupant-id:0'
let requests = 0

/** Alice owns a room, Bob is in it. */
async function inARoom(site: Site, fields: Record<string, string> = {}) {
  const people = { alice: await newcomer(site, 'alice', { edge: 0 }), bob: await newcomer(site, 'bob', { edge: 1 }) }
  const room = freshRoom(site)
  await makeRoom(people.alice, room, 'Alice', { roomname: 'Coven', ...fields })
  await join(people.bob, room, 'Bob')
  return { ...people, room, people: together(people) }
}

/** Says something, and resolves to the id that the room gave it once everybody has it. */
async function said(who: RawClient, room: string, body: string, others: readonly RawClient[]): Promise<string> {
  tell(who, room, body)
  let id: string | undefined
  for (const one of [who, ...others]) id = stanzaIdOf(await one.expect(saying(body)), room)
  return id ?? assert.fail(`${body} has no stanza-id`)
}

const realJidOf = ({ message }: Archived) => message.getChild('x', MUC_USER)?.getChild('item')?.attrs.jid
const request = (client: RawClient, type: string, to: string, payload: string) =>
  client.request(`<iq type='${type}' id='ra-${requests++}' to='${to}'>${payload}</iq>`)

async function featuresOf(client: RawClient, room: string): Promise<string[]> {
  const info = await request(client, 'get', room, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
  return info
    .getChild('query')!
    .getChildren('feature')
    .map(({ attrs }) => String(attrs.var))
}

scenario(
  'the archive of a room has what was said in it, once, and who said it for those who may know',
  async (site) => {
    const { alice, bob, room, people } = await inARoom(site)
    using _ = people
    assert.ok((await featuresOf(bob, room)).includes('urn:xmpp:mam:2#extended'))
    const first = await said(alice, room, 'one', [bob])
    tell(bob, room, 'two', `<x xmlns='${MUC_USER}'><item jid='somebody@else.example'/></x>`)
    const second = stanzaIdOf(await alice.expect(saying('two')), room)
    bob.send(`<message to='${room}/Alice' type='chat'><body>between us</body></message>`)
    await alice.expect(saying('between us'))
    alice.send(`<message to='${room}' type='groupchat'><subject>Spells</subject></message>`)
    await bob.expect((it) => it.getChildText('subject') === 'Spells')

    const page = await readArchive(bob, { at: room })
    assert.deepEqual(
      page.items.map(({ id, body, message }) => [id, body, message.attrs.from, message.attrs.to, message.attrs.type]),
      [
        [first, 'one', `${room}/Alice`, undefined, 'groupchat'],
        [second, 'two', `${room}/Bob`, undefined, 'groupchat'],
        [page.last, '', `${room}/Alice`, undefined, 'groupchat'],
      ],
    )
    assert.ok(page.complete)
    assert.deepEqual(page.items.map(realJidOf), [undefined, undefined, undefined])
    assert.ok(page.items[0]!.message.getChild('occupant-id', OCCUPANT_ID))
    const seen = await readArchive(alice, { at: room, with: `${room}/Bob` })
    assert.deepEqual(seen.items.map(realJidOf), [bob.jid])
    assert.deepEqual((await readArchive(bob, { at: room, with: bareOf(alice.jid) })).items, [])

    const flipped = await readArchive(bob, { at: room, set: '<max>2</max><before/>', flipped: true })
    assert.deepEqual([flipped.items.map(({ body }) => body), flipped.complete], [['', 'two'], false])
    const metadata = (await request(bob, 'get', room, "<metadata xmlns='urn:xmpp:mam:2'/>")).getChild('metadata')
    assert.equal(metadata?.getChild('start')?.attrs.id, first)
    assert.equal(errorOf((await readArchive(bob, { at: room, 'after-id': '1' })).answer), 'cancel/item-not-found')
  },
)

scenario('who may not enter may not read, and where nothing is kept nothing is announced', async (site) => {
  const { alice, bob, room, people } = await inARoom(site)
  using _ = people
  await using carol = await newcomer(site, 'carol')
  await said(alice, room, 'for all', [bob])
  assert.deepEqual(
    (await readArchive(carol, { at: room })).items.map(({ body }) => body),
    ['for all'],
  )
  await configure(alice, room, { membersonly: '1' })
  assert.equal(errorOf((await readArchive(carol, { at: room })).answer), 'auth/registration-required')
  await configure(alice, room, { membersonly: '0', passwordprotectedroom: '1', roomsecret: 'x' })
  assert.equal(errorOf((await readArchive(carol, { at: room })).answer), 'auth/forbidden')
  await configure(alice, room, { passwordprotectedroom: '0', whois: 'anyone' })
  assert.deepEqual((await readArchive(carol, { at: room })).items.map(realJidOf), [alice.jid])
  await configure(alice, room, { enablelogging: '0' })
  assert.equal(errorOf((await readArchive(alice, { at: room })).answer), 'cancel/feature-not-implemented')
  const features = await featuresOf(alice, room)
  for (const feature of ['urn:xmpp:mam:2', RETRACT, MODERATE]) assert.ok(!features.includes(feature), feature)
  assert.ok(features.includes('urn:xmpp:sid:0'))
})

scenario('who enters is told what was said before, as much as he wants', async (site) => {
  const { alice, bob, room, people } = await inARoom(site)
  using _ = people
  const ids = [
    await said(alice, room, 'one', [bob]),
    await said(bob, room, 'two', [alice]),
    await said(alice, room, 'three', [bob]),
  ]
  await using carol = await newcomer(site, 'carol')
  const told = async (nick: string, history: string | undefined): Promise<Element[]> => {
    await join(carol, room, nick, history === undefined ? {} : { history })
    const heard = carol.takeAll((it) => it.name === 'message' && it.getChild('body') !== undefined)
    carol.send(`<presence type='unavailable' to='${room}/${nick}'/>`)
    await carol.expect((it) => it.attrs.type === 'unavailable' && it.attrs.from === `${room}/${nick}`)
    return heard
  }
  const all = await told('Carol', undefined)
  assert.deepEqual(
    all.map((it) => [stanzaIdOf(it, room), it.attrs.from]),
    [
      [ids[0], `${room}/Alice`],
      [ids[1], `${room}/Bob`],
      [ids[2], `${room}/Alice`],
    ],
  )
  for (const one of all) assert.equal(one.getChild('delay', 'urn:xmpp:delay')?.attrs.from, room)
  const bodies = async (history: string) => (await told('Carol', history)).map((it) => it.getChildText('body'))
  assert.deepEqual(await bodies("maxstanzas='2'"), ['two', 'three'])
  assert.deepEqual(await bodies("maxchars='0'"), [])
  assert.deepEqual(await bodies("since='2100-01-01T00:00:00Z'"), [])
  assert.deepEqual(await bodies("seconds='3600'"), ['one', 'two', 'three'])
  knock(carol, room, 'Carol')
})

scenario('an author takes back what he said, and nobody else', async (site) => {
  const { alice, bob, room, people } = await inARoom(site)
  using _ = people
  const mine = await said(bob, room, 'oops', [alice])
  const theirs = await said(alice, room, 'stays', [bob])
  const takeBack = (id: string) =>
    bob.send(`<message to='${room}' type='groupchat' id='r-${id}'><retract xmlns='${RETRACT}' id='${id}'/></message>`)
  takeBack(theirs)
  takeBack(mine)
  await alice.expect((it) => it.getChild('retract', RETRACT)?.attrs.id === mine)
  const buried = await until(async () => {
    const [first] = (await readArchive(alice, { at: room })).items
    return first?.message.getChild('retracted', RETRACT) === undefined ? undefined : first
  })
  assert.deepEqual([buried.id, buried.body, buried.message.attrs.from], [mine, '', `${room}/Bob`])
  assert.equal(buried.message.getChild('retracted', RETRACT)?.attrs.id, `r-${mine}`)
  assert.ok(buried.message.getChild('occupant-id', OCCUPANT_ID))
  const bodies = (await readArchive(alice, { at: room })).items.map(({ body }) => body)
  assert.deepEqual(bodies, ['', 'stays', '', ''])
  await using carol = await newcomer(site, 'carol')
  await join(carol, room, 'Carol')
  const heard = carol.takeAll((it) => it.name === 'message' && it.getChild('body') !== undefined)
  assert.deepEqual(
    heard.map((it) => it.getChildText('body')),
    ['stays'],
  )
})

scenario('moderators take back what others said, for all to see, and nobody else does', async (site) => {
  const { alice, bob, room, people } = await inARoom(site)
  using _ = people
  const id = await said(bob, room, 'free magic potions', [alice])
  const moderate = (who: RawClient, what: string) =>
    request(
      who,
      'set',
      room,
      `<moderate id='${what}' xmlns='${MODERATE}'><retract xmlns='${RETRACT}'/><reason>Off topic</reason></moderate>`,
    )
  assert.equal(errorOf(await moderate(bob, id)), 'auth/forbidden')
  assert.equal(errorOf(await moderate(alice, '12345')), 'cancel/item-not-found')
  assert.equal(
    errorOf(await request(alice, 'set', room, `<moderate id='${id}' xmlns='${MODERATE}'/>`)),
    'modify/bad-request',
  )
  assert.equal((await moderate(alice, id)).attrs.type, 'result')
  for (const one of [alice, bob]) {
    const told = await one.expect((it) => it.getChild('retract', RETRACT)?.attrs.id === id)
    assert.deepEqual([told.attrs.from, told.attrs.type], [room, 'groupchat'])
    const moderated = told.getChild('retract', RETRACT)?.getChild('moderated', MODERATE)
    assert.equal(moderated?.attrs.by, `${room}/Alice`)
    assert.ok(moderated?.getChild('occupant-id', OCCUPANT_ID))
    assert.equal(told.getChild('retract', RETRACT)?.getChildText('reason'), 'Off topic')
  }
  const [grave] = (await readArchive(bob, { at: room })).items
  const retracted = grave?.message.getChild('retracted', RETRACT)
  assert.deepEqual([grave?.id, grave?.body], [id, ''])
  assert.equal(retracted?.getChild('moderated', MODERATE)?.attrs.by, `${room}/Alice`)
  assert.equal(errorOf(await moderate(alice, id)), 'cancel/item-not-found')
  bob.send(
    `<message to='${room}' type='groupchat' id='forged'><body>hm</body><retract id='${id}' xmlns='${RETRACT}'><moderated by='${room}/Bob' xmlns='${MODERATE}'/></retract></message>`,
  )
  assert.equal((await alice.expect(saying('hm'))).getChild('retract', RETRACT), undefined)
})

/** Asks until there is an answer. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const answer = await ask()
    if (answer !== undefined) return answer
  }
  assert.fail('there was no answer for half a minute')
}
