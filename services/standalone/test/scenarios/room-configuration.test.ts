/** MUC-02: rooms are made, set up and ended by their owners. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf, newcomer, settle, together } from '../support/actor.ts'
import { codesOf, configure, freshRoom, itemOf, join, knock, makeRoom } from '../support/room.ts'
import { administer, ask, company, owner, seen, submission, told, valuesOf } from '../support/room-admin.ts'

const scenario = await bothModes()
const MUC = 'http://jabber.org/protocol/muc'
const CONFIG = `${MUC}#roomconfig`
const USER = `${MUC}#user`

async function couple(site: Site) {
  return together({ owen: await newcomer(site, 'owen', { edge: 0 }), nora: await newcomer(site, 'nora', { edge: 1 }) })
}

async function formOf(client: RawClient, room: string) {
  const answer = await owner(client, 'get', room)
  const form = answer.getChild('query', `${MUC}#owner`)?.getChild('x', 'jabber:x:data')
  assert.ok(form, `${answer}`)
  return form
}

async function infoOf(client: RawClient, room: string) {
  const answer = await ask(client, 'get', room, `<query xmlns='http://jabber.org/protocol/disco#info'/>`)
  const query = answer.getChild('query')
  const features = (query?.getChildren('feature') ?? []).map(({ attrs }) => String(attrs.var))
  const form = query?.getChild('x', 'jabber:x:data')
  return {
    answer,
    features,
    values: form ? valuesOf(form) : new Map<string, string>(),
    name: query?.getChild('identity')?.attrs.name,
  }
}

scenario('a new room is closed until its owner is content with it (XEP-0045 §10.1)', async (site) => {
  using all = await couple(site)
  const { owen, nora } = all
  const room = freshRoom(site)
  const self = await join(owen, room, 'owen')
  assert.ok(codesOf(self).includes('201'))
  assert.deepEqual([itemOf(self)?.attrs.affiliation, itemOf(self)?.attrs.role], ['owner', 'moderator'])
  knock(nora, room, 'nora')
  assert.equal(errorOf(await nora.expect((it) => it.attrs.type === 'error')), 'cancel/item-not-found')
  assert.equal(errorOf((await infoOf(nora, room)).answer), 'cancel/item-not-found')
  const made = await owner(owen, 'set', room, `<x xmlns='jabber:x:data' type='submit'/>`)
  assert.equal(made.attrs.type, 'result')
  await join(nora, room, 'nora')
})

scenario('a reserved room is what its owner made of the form, and is found as such (§10.1.3, §6.4)', async (site) => {
  using all = await couple(site)
  const { owen, nora } = all
  const room = freshRoom(site)
  await join(owen, room, 'owen')
  const values = valuesOf(await formOf(owen, room))
  assert.equal(values.get('FORM_TYPE'), CONFIG)
  assert.equal(values.get('muc#roomconfig_persistentroom'), '0')
  assert.equal(values.get('muc#roomconfig_roomowners'), bareOf(owen.jid))
  const answer = await owner(
    owen,
    'set',
    room,
    submission(CONFIG, {
      'muc#roomconfig_roomname': 'A Dark Cave',
      'muc#roomconfig_roomdesc': 'The place for all good witches!',
      'muc#roomconfig_lang': 'en',
      'muc#roomconfig_passwordprotectedroom': '1',
      'muc#roomconfig_roomsecret': 'cauldronburn',
      'muc#roomconfig_publicroom': '0',
      'muc#roomconfig_maxusers': '2',
      'muc#roomconfig_presencebroadcast': ['moderator', 'participant'],
      'muc#roomconfig_roomadmins': ['hecate@other.example'],
    }),
  )
  assert.equal(answer.attrs.type, 'result', `${answer}`)
  const { features, values: info, name } = await infoOf(nora, room)
  assert.equal(name, 'A Dark Cave')
  for (const feature of ['muc_passwordprotected', 'muc_hidden', 'muc_temporary', 'muc_open', 'muc_unmoderated']) {
    assert.ok(features.includes(feature), feature)
  }
  assert.equal(info.get('muc#roominfo_description'), 'The place for all good witches!')
  assert.equal(info.get('muc#roominfo_lang'), 'en')
  assert.equal(info.get('muc#roominfo_occupants'), '1')
  assert.ok(![...info.values()].includes('cauldronburn'))
  knock(nora, room, 'nora', { password: 'wrong' })
  assert.equal(errorOf(await nora.expect((it) => it.attrs.type === 'error')), 'auth/not-authorized')
  await join(nora, room, 'nora', { password: 'cauldronburn' })
  assert.equal(valuesOf(await formOf(owen, room)).get('muc#roomconfig_roomadmins'), 'hecate@other.example')
})

scenario('who cancels the first configuration wants no room; later it stays as it is', async (site) => {
  using all = await couple(site)
  const { owen } = all
  const room = freshRoom(site)
  const cancel = `<x xmlns='jabber:x:data' type='cancel'/>`
  await join(owen, room, 'owen')
  assert.equal((await owner(owen, 'set', room, cancel)).attrs.type, 'result')
  await owen.expect((it) => it.name === 'presence' && it.attrs.type === 'unavailable')
  assert.equal(errorOf((await infoOf(owen, room)).answer), 'cancel/item-not-found')
  await makeRoom(owen, room, 'owen', { roomname: 'Kept' })
  assert.equal((await owner(owen, 'set', room, cancel)).attrs.type, 'result')
  assert.equal((await infoOf(owen, room)).name, 'Kept')
})

scenario('a room that nobody is in ends when it is made temporary', async (site) => {
  using all = await couple(site)
  const { owen } = all
  const room = freshRoom(site)
  await makeRoom(owen, room, 'owen', { persistentroom: '1' })
  owen.send(`<presence to='${room}/owen' type='unavailable'/>`)
  await owen.expect((it) => it.name === 'presence' && it.attrs.type === 'unavailable')
  assert.equal((await infoOf(owen, room)).values.get('muc#roominfo_occupants'), '0')
  assert.equal((await configure(owen, room, { persistentroom: '0' })).attrs.type, 'result')
  assert.equal(errorOf((await infoOf(owen, room)).answer), 'cancel/item-not-found')
})

scenario('nobody but an owner sees or changes the configuration, or ends the room', async (site) => {
  using all = await company(site)
  const { ada, nora, room } = all
  for (const client of [ada, nora]) {
    assert.equal(errorOf(await owner(client, 'get', room)), 'auth/forbidden')
    assert.equal(errorOf(await configure(client, room, { roomname: 'Mine' })), 'auth/forbidden')
    assert.equal(errorOf(await owner(client, 'set', room, '<destroy/>')), 'auth/forbidden')
  }
  assert.equal(errorOf(await owner(ada, 'get', freshRoom(site))), 'cancel/item-not-found')
})

scenario('what can’t be is refused, said why, and changes nothing', async (site) => {
  using all = await couple(site)
  const { owen } = all
  const room = freshRoom(site)
  await makeRoom(owen, room, 'owen', { roomname: 'Before' })
  for (const [name, value] of [
    ['roomname', 'x'.repeat(201)],
    ['maxusers', 'many'],
    ['maxusers', '0'],
    ['whois', 'nobody'],
    ['moderatedroom', 'perhaps'],
    ['lang', 'not a language'],
    ['muc#maxhistoryfetch', '-1'],
    ['muc#roominfo_contactjid', '@'],
    ['passwordprotectedroom', '1'],
    ['roomadmins', 'other.example'],
  ] as const) {
    const answer = await configure(owen, room, { roomname: 'After', [name]: value })
    assert.equal(errorOf(answer), 'modify/not-acceptable', `${name} ${answer}`)
    assert.ok(answer.getChild('error')?.getChildText('text'), name)
  }
  const none = await owner(owen, 'set', room, submission(CONFIG, { 'muc#roomconfig_roomowners': [] }))
  assert.equal(errorOf(none), 'cancel/conflict')
  assert.equal(errorOf(await owner(owen, 'set', room)), 'modify/bad-request')
  assert.equal(errorOf(await owner(owen, 'set', room, `<x xmlns='jabber:x:data' type='form'/>`)), 'modify/bad-request')
  const foreign = await owner(owen, 'set', room, submission(`${MUC}#register`, { 'muc#roomconfig_roomname': 'x' }))
  assert.equal(errorOf(foreign), 'modify/not-acceptable')
  assert.equal((await infoOf(owen, room)).name, 'Before')
})

scenario('occupants are told what became of the configuration (§10.2.1)', async (site) => {
  using all = await company(site)
  const { owen, nora, room } = all
  await configure(owen, room, { roomname: 'Another' })
  await told(nora, room, '104')
  await configure(owen, room, { enablelogging: '0', whois: 'anyone' })
  await told(nora, room, '171', '172')
  await configure(owen, room, { enablelogging: '1', whois: 'moderators', roomdesc: 'x' })
  await told(nora, room, '104', '170', '173')
  await configure(owen, room, { roomdesc: 'x' })
  await settle(nora)
  assert.deepEqual(
    nora.takeAll((it) => it.name === 'message' && codesOf(it).length > 0),
    [],
  )
})

scenario('presence that isn’t broadcast any more is seen to go, and comes again', async (site) => {
  using all = await company(site)
  const { owen, ada, nora, room, at } = all
  await configure(owen, room, { presencebroadcast: 'moderator' })
  await ada.expect((it) => it.attrs.from === at('nora') && it.attrs.type === 'unavailable')
  await owner(
    owen,
    'set',
    room,
    submission(CONFIG, { 'muc#roomconfig_presencebroadcast': ['moderator', 'participant'] }),
  )
  await seen(ada, at('nora'), 'none participant')
  await administer(owen, room, { jid: bareOf(nora.jid), affiliation: 'member' })
  await seen(ada, at('nora'), 'member participant')
})

scenario(
  'members who aren’t there are shown where the room is set up so, by the nicks kept for them (§16.6.2)',
  async (site) => {
    using all = await company(site)
    const { owen, ada, max, nora, room, at } = all
    const isAbsent = (nick: string) => (it: Element) => it.attrs.from === at(nick) && it.attrs.type === 'unavailable'
    await administer(owen, room, { jid: 'away@other.example', affiliation: 'member', nick: 'Paris' })
    await configure(owen, room, { 'x-muc#roomconfig_absentmembers': '1' })
    await told(nora, room, '102')
    const shown = await nora.expect(isAbsent('Paris'))
    assert.deepEqual(
      [itemOf(shown)?.attrs.affiliation, itemOf(shown)?.attrs.jid, codesOf(shown)],
      ['member', undefined, []],
    )
    assert.equal(itemOf(await ada.expect(isAbsent('Paris')))?.attrs.jid, 'away@other.example')
    await administer(owen, room, { jid: 'afar@other.example', affiliation: 'member', nick: 'Benvolio' })
    await nora.expect(isAbsent('Benvolio'))
    // Who enters is told before he is in.
    max.send(`<presence to='${room}' type='unavailable'/>`)
    await seen(max, at('max'), '-member none 110')
    // Not of himself: he would take it for his end.
    await administer(owen, room, { jid: bareOf(max.jid), affiliation: 'member', nick: 'max' })
    max.takeAll(() => true)
    await join(max, room, 'max')
    const absent = max.takeAll((it) => it.name === 'presence' && it.attrs.type === 'unavailable')
    assert.deepEqual(absent.map(({ attrs }) => attrs.from).sort(), [at('Benvolio'), at('Paris')])
    await configure(owen, room, { 'x-muc#roomconfig_absentmembers': '0' })
    await told(max, room, '103')
  },
)

scenario('a room is ended, with the way to another; each hears it once (§10.9)', async (site) => {
  using all = await company(site)
  const { owen, ada, nora, room, at, people } = all
  const venue = freshRoom(site)
  const destroy = `<destroy jid='${venue}'><reason>Macbeth doth come.</reason><password>x</password></destroy>`
  assert.equal((await owner(owen, 'set', room, destroy)).attrs.type, 'result')
  for (const [nick, client] of Object.entries(people)) {
    const presence = await client.expect((it) => it.name === 'presence' && it.attrs.from === at(nick))
    assert.equal(presence.attrs.type, 'unavailable')
    assert.ok(codesOf(presence).includes('110'))
    const told = presence.getChild('x', USER)?.getChild('destroy')
    assert.deepEqual(
      [told?.attrs.jid, told?.getChildText('reason'), told?.getChildText('password')],
      [venue, 'Macbeth doth come.', 'x'],
    )
  }
  await settle(ada)
  assert.deepEqual(
    ada.takeAll((it) => it.name === 'presence' && String(it.attrs.from).startsWith(room)),
    [],
  )
  // Nothing is left of it: who comes makes another, and owns that.
  await makeRoom(nora, room, 'nora')
  assert.equal(errorOf(await owner(owen, 'get', room)), 'auth/forbidden')
  assert.equal(errorOf(await owner(nora, 'set', room, `<destroy jid='@'/>`)), 'modify/jid-malformed')
  const long = `<destroy><reason>${'x'.repeat(1_001)}</reason></destroy>`
  assert.equal(errorOf(await owner(nora, 'set', room, long)), 'modify/not-acceptable')
})

scenario('a room has a vCard, and tells of its avatar (XEP-0486)', async (site) => {
  using all = await company(site)
  const { owen, ada, nora, room } = all
  const card = (text: string) =>
    `<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/png</TYPE><BINVAL>${text}</BINVAL></PHOTO></vCard>`
  const shown = async () => (await ask(nora, 'get', room, `<vCard xmlns='vcard-temp'/>`)).getChild('vCard')
  assert.equal((await shown())?.children.length, 0)
  assert.equal(errorOf(await ask(ada, 'set', room, card('aGk='))), 'auth/forbidden')
  assert.equal(errorOf(await ask(owen, 'set', room, card('no base 64!'))), 'modify/bad-request')
  assert.equal(errorOf(await ask(owen, 'set', room, card('A'.repeat(140_000)))), 'modify/policy-violation')
  assert.equal((await ask(owen, 'set', room, card('aGk='))).attrs.type, 'result')
  await told(nora, room, '104')
  assert.equal((await shown())?.getChild('PHOTO')?.getChildText('BINVAL'), 'aGk=')
  const { features, values } = await infoOf(nora, room)
  assert.ok(features.includes('vcard-temp'))
  // SHA-1 of 'hi'
  assert.equal(values.get('muc#roominfo_avatarhash'), 'c22b5f9178342609428d6f51b2c5af4c0bde6a42')
  await ask(owen, 'set', room, `<vCard xmlns='vcard-temp'/>`)
  await told(nora, room, '104')
  assert.equal((await infoOf(nora, room)).values.get('muc#roominfo_avatarhash'), undefined)
  assert.equal((await shown())?.children.length, 0)
})
