/** MUC-02: moderators remove people, give voice and take it, and are made and unmade. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { errorOf, newcomer, settle, together } from '../support/actor.ts'
import { codesOf, configure, itemOf, join, tell } from '../support/room.ts'
import { administer, company, listed, seen, submission, valuesOf } from '../support/room-admin.ts'

const scenario = await bothModes()
const REQUEST = 'http://jabber.org/protocol/muc#request'

scenario('who is kicked hears it, with the reason and by whom, and all others see it (XEP-0045 §8.2)', async (site) => {
  using all = await company(site)
  const { owen, ada, max, nora, room, at } = all
  const done = await administer(ada, room, { nick: 'nora', role: 'none', reason: 'Avaunt, you cullion!' })
  assert.equal(done.attrs.type, 'result')
  const self = await seen(nora, at('nora'), '-none none 110 307')
  assert.equal(itemOf(self)?.getChildText('reason'), 'Avaunt, you cullion!')
  assert.equal(itemOf(self)?.getChild('actor')?.attrs.nick, 'ada')
  for (const other of [owen, ada, max]) await seen(other, at('nora'), '-none none 307')
  // It is no ban.
  await join(nora, room, 'nora')
})

scenario('who may not change a role is told so, and nothing is changed', async (site) => {
  using all = await company(site)
  const { owen, ada, max, nora, room, at } = all
  const refused = async (by: typeof owen, nick: string, role: string) =>
    errorOf(await administer(by, room, { nick, role }))
  assert.equal(await refused(nora, 'max', 'none'), 'auth/forbidden')
  assert.equal(await refused(max, 'nora', 'visitor'), 'auth/forbidden')
  assert.equal(await refused(nora, 'nobody', 'none'), 'auth/forbidden')
  assert.equal(await refused(ada, 'nobody', 'none'), 'cancel/item-not-found')
  assert.equal(await refused(ada, 'owen', 'none'), 'cancel/not-allowed')
  assert.equal(await refused(ada, 'owen', 'visitor'), 'cancel/not-allowed')
  assert.equal(await refused(owen, 'ada', 'participant'), 'cancel/not-allowed')
  // All or nothing (§9.2).
  const both = await administer(ada, room, { nick: 'nora', role: 'none' }, { nick: 'owen', role: 'none' })
  assert.equal(errorOf(both), 'cancel/not-allowed')
  for (const [attrs, error] of [
    [{ nick: 'nora', role: 'king' }, 'modify/bad-request'],
    [{ nick: 'nora' }, 'modify/bad-request'],
    [{ nick: 'nora', role: 'visitor', affiliation: 'none' }, 'modify/bad-request'],
    [{ jid: '@', affiliation: 'member' }, 'modify/jid-malformed'],
    [{ nick: 'nora', role: 'none', reason: 'x'.repeat(1_001) }, 'modify/not-acceptable'],
  ] as const) {
    assert.equal(errorOf(await administer(ada, room, attrs)), error)
  }
  assert.equal(errorOf(await administer(ada, room)), 'modify/bad-request')
  await settle(owen)
  assert.deepEqual(
    owen.takeAll((it) => it.name === 'presence' && it.attrs.from === at('nora')),
    [],
  )
})

scenario('voice: visitors of a moderated room are given it, and it is taken from them (§8.3, §8.4)', async (site) => {
  using all = await company(site, { moderatedroom: '1' })
  const { owen, ada, max, nora, room, at } = all
  tell(nora, room, 'unheard')
  const refused = await nora.expect((it) => it.name === 'message' && it.attrs.type === 'error')
  assert.equal(errorOf(refused), 'auth/forbidden')
  assert.deepEqual(await listed(ada, room, { role: 'visitor' }), [`${nora.jid} nora visitor none`])
  assert.equal(
    (await administer(ada, room, { nick: 'nora', role: 'participant', reason: 'Worthy' })).attrs.type,
    'result',
  )
  const given = await seen(nora, at('nora'), 'none participant 110')
  assert.equal(itemOf(given)?.getChildText('reason'), 'Worthy')
  for (const other of [owen, ada, max]) await seen(other, at('nora'), 'none participant')
  tell(nora, room, 'heard')
  for (const other of [owen, max]) await other.expect((it) => it.getChildText('body') === 'heard')
  await administer(ada, room, { nick: 'nora', role: 'visitor' }, { nick: 'max', role: 'visitor' })
  await seen(nora, at('nora'), 'none visitor 110')
  await seen(owen, at('max'), 'member visitor')
  assert.deepEqual(await listed(owen, room, { role: 'participant' }), [])
  assert.equal(errorOf((await listed(max, room, { role: 'moderator' })) as never), 'auth/forbidden')
})

scenario('moderators are made and unmade by admins, and see addresses (§9.6, §9.7)', async (site) => {
  using all = await company(site)
  const { ada, max, nora, room, at } = all
  await administer(ada, room, { nick: 'nora', role: 'moderator' })
  await seen(nora, at('nora'), 'none moderator 110')
  await seen(max, at('nora'), 'none moderator')
  // A moderator of no affiliation makes no other, and removes no member: his affiliation is higher.
  assert.equal(errorOf(await administer(nora, room, { nick: 'max', role: 'moderator' })), 'auth/forbidden')
  assert.equal(errorOf(await administer(nora, room, { nick: 'max', role: 'none' })), 'cancel/not-allowed')
  assert.equal(((await listed(ada, room, { role: 'moderator' })) as string[]).length, 3)
  max.send(`<presence to='${at('max')}'><show>away</show></presence>`)
  const sighted = await nora.expect((it) => it.name === 'presence' && it.getChildText('show') === 'away')
  assert.equal(itemOf(sighted)?.attrs.jid, max.jid)
  await administer(ada, room, { nick: 'nora', role: 'participant' })
  await seen(nora, at('nora'), 'none participant 110')
})

scenario('who wants to speak asks, and a moderator answers by a form (§7.13, §8.6)', async (site) => {
  using all = await company(site, { moderatedroom: '1' })
  const { owen, ada, max, nora, room, at } = all
  const request = submission(REQUEST, { 'muc#role': 'participant' })
  nora.send(`<message to='${room}' id='please'>${request}</message>`)
  for (const moderator of [owen, ada]) {
    const asked = await moderator.expect(
      (it) => it.name === 'message' && it.getChild('x', 'jabber:x:data') !== undefined,
    )
    assert.equal(asked.attrs.from, room)
    const values = valuesOf(asked.getChild('x', 'jabber:x:data')!)
    assert.equal(values.get('FORM_TYPE'), REQUEST)
    assert.equal(values.get('muc#jid'), nora.jid)
    assert.equal(values.get('muc#roomnick'), 'nora')
    assert.equal(values.get('muc#request_allow'), '0')
  }
  const answer = (allow: string, nick = 'nora') =>
    submission(REQUEST, {
      'muc#role': 'participant',
      'muc#jid': nora.jid,
      'muc#roomnick': nick,
      'muc#request_allow': allow,
    })
  // Who isn't a moderator can't answer.
  nora.send(`<message to='${room}' id='self'>${answer('1')}</message>`)
  const own = await nora.expect((it) => it.attrs.id === 'self')
  assert.equal(errorOf(own), 'auth/forbidden')
  ada.send(`<message to='${room}' id='no'>${answer('0')}</message>`)
  ada.send(`<message to='${room}' id='yes'>${answer('true')}</message>`)
  await seen(nora, at('nora'), 'none participant 110')
  await seen(max, at('nora'), 'none participant')
  // Who may speak has nothing to ask for; who isn't there neither.
  for (const [id, client] of [
    ['again', nora],
    ['member', max],
  ] as const) {
    client.send(`<message to='${room}' id='${id}'>${request}</message>`)
    assert.equal(errorOf(await client.expect((it) => it.attrs.id === id)), 'modify/not-acceptable')
  }
  using others = together({ vic: await newcomer(site, 'vic') })
  others.vic.send(`<message to='${room}' id='outside'>${request}</message>`)
  assert.equal(errorOf(await others.vic.expect((it) => it.attrs.id === 'outside')), 'modify/not-acceptable')
  nora.send(`<message to='${room}' id='odd'>${submission('urn:example:odd', { a: 'b' })}</message>`)
  assert.equal(errorOf(await nora.expect((it) => it.attrs.id === 'odd')), 'modify/bad-request')
})

scenario('a room that is no longer moderated lets all speak, and tells that it was changed', async (site) => {
  using all = await company(site, { moderatedroom: '1' })
  const { owen, nora, room, at } = all
  assert.equal((await configure(owen, room, { moderatedroom: '0' })).attrs.type, 'result')
  await seen(nora, at('nora'), 'none participant 110')
  const changed = await nora.expect((it) => it.name === 'message' && codesOf(it).length > 0)
  assert.deepEqual(codesOf(changed), ['104'])
  tell(nora, room, 'at last')
  await owen.expect((it) => it.getChildText('body') === 'at last')
})
