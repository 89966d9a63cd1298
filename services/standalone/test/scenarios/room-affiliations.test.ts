/** MUC-02: who belongs to a room, who is kept out, and who decides that. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { bareOf, errorOf, newcomer, settle, together } from '../support/actor.ts'
import { codesOf, configure, itemOf, join, knock } from '../support/room.ts'
import { administer, company, learns, listed, seen } from '../support/room-admin.ts'

const scenario = await bothModes()
const USER = 'http://jabber.org/protocol/muc#user'

scenario('who is banned goes, is kept out, and can be let in again (XEP-0045 §9.1, §9.2)', async (site) => {
  using all = await company(site)
  const { owen, ada, max, nora, room, at } = all
  const jid = bareOf(max.jid)
  await administer(ada, room, { jid, affiliation: 'outcast', reason: 'Treason' })
  const self = await seen(max, at('max'), '-outcast none 110 301')
  assert.equal(itemOf(self)?.getChildText('reason'), 'Treason')
  assert.equal(itemOf(self)?.getChild('actor')?.attrs.nick, 'ada')
  for (const other of [owen, nora]) await seen(other, at('max'), '-outcast none 301')
  knock(max, room, 'max')
  assert.equal(errorOf(await max.expect((it) => it.attrs.type === 'error')), 'auth/forbidden')
  assert.deepEqual(await listed(ada, room, { affiliation: 'outcast' }), [`${jid}   outcast`])
  assert.deepEqual(await listed(ada, room, { affiliation: 'member' }), [])
  assert.equal(errorOf((await listed(nora, room, { affiliation: 'outcast' })) as never), 'auth/forbidden')
  await administer(ada, room, { jid, affiliation: 'none' })
  await join(max, room, 'max')
})

scenario('a whole domain is banned, but for those whom the room knows by themselves', async (site) => {
  using all = await company(site)
  const { owen, max, nora, room, at } = all
  // The owner bans himself nowhere, not even with all others.
  assert.equal(errorOf(await administer(owen, room, { jid: site.domain, affiliation: 'outcast' })), 'cancel/conflict')
  assert.equal(
    errorOf(await administer(owen, room, { jid: site.domain, affiliation: 'owner' })),
    'modify/not-acceptable',
  )
  // A domain can be a member.
  await administer(owen, room, { jid: site.domain, affiliation: 'member' })
  await seen(nora, at('nora'), 'member participant 110')
  await seen(max, at('nora'), 'member participant')
  await administer(owen, room, { jid: 'other.example', affiliation: 'outcast', reason: 'Spam' })
  assert.deepEqual(await listed(owen, room, { affiliation: 'outcast' }), ['other.example   outcast'])
})

scenario('who may change nobody is refused, and the last owner stays (§10.4)', async (site) => {
  using all = await company(site)
  const { owen, ada, max, nora, room } = all
  const refused = async (by: typeof owen, of: typeof owen, affiliation: string) =>
    errorOf(await administer(by, room, { jid: bareOf(of.jid), affiliation }))
  assert.equal(await refused(nora, max, 'none'), 'auth/forbidden')
  assert.equal(await refused(max, nora, 'member'), 'auth/forbidden')
  assert.equal(await refused(ada, nora, 'admin'), 'auth/forbidden')
  assert.equal(await refused(ada, owen, 'none'), 'auth/forbidden')
  assert.equal(await refused(ada, owen, 'outcast'), 'cancel/not-allowed')
  assert.equal(await refused(ada, ada, 'outcast'), 'cancel/conflict')
  assert.equal(await refused(owen, owen, 'admin'), 'cancel/conflict')
  assert.equal(await refused(ada, nora, 'king'), 'modify/bad-request')
  const stranger = together({ eve: await newcomer(site, 'eve') })
  using _ = stranger
  assert.equal(await refused(stranger.eve, nora, 'outcast'), 'auth/forbidden')
  for (const affiliation of ['owner', 'admin']) {
    assert.equal(errorOf((await listed(ada, room, { affiliation })) as never), 'auth/forbidden')
    assert.equal(((await listed(owen, room, { affiliation })) as string[]).length, 1)
  }
  for (const item of [{}, { role: 'none' }, { affiliation: 'none' }, { role: 'visitor', affiliation: 'member' }]) {
    assert.equal(errorOf((await listed(owen, room, item)) as never), 'modify/bad-request')
  }
})

scenario('owners are made, and one may go when there is another; a new admin moderates at once', async (site) => {
  using all = await company(site)
  const { owen, ada, nora, room, at } = all
  await administer(owen, room, { jid: bareOf(nora.jid), affiliation: 'admin' })
  await seen(nora, at('nora'), 'admin moderator 110')
  await administer(
    owen,
    room,
    { jid: ada.jid, affiliation: 'owner', reason: 'You do it' },
    { jid: bareOf(owen.jid), affiliation: 'none' },
  )
  await seen(nora, at('ada'), 'owner moderator')
  await seen(owen, at('owen'), 'none participant 110')
  assert.equal(errorOf(await administer(owen, room, { jid: bareOf(nora.jid), affiliation: 'none' })), 'auth/forbidden')
  assert.equal((await administer(ada, room, { jid: bareOf(nora.jid), affiliation: 'none' })).attrs.type, 'result')
  await seen(nora, at('nora'), 'none participant 110')
})

scenario(
  'members of a members-only room: told when they are made, gone when they are none any more (§9.4, §9.5)',
  async (site) => {
    using all = await company(site)
    using others = together({ paris: await newcomer(site, 'paris') })
    const { owen, ada, max, nora, room, at } = all
    const { paris } = others
    await configure(owen, room, { membersonly: '1' })
    await seen(nora, at('nora'), '-none none 110 322')
    for (const other of [owen, ada, max]) await seen(other, at('nora'), '-none none 322')
    knock(nora, room, 'nora')
    assert.equal(errorOf(await nora.expect((it) => it.attrs.type === 'error')), 'auth/registration-required')
    await administer(ada, room, { jid: bareOf(paris.jid), affiliation: 'member', nick: 'Count' })
    const invitation = await paris.expect((it) => it.name === 'message' && it.getChild('x', USER) !== undefined)
    assert.equal(invitation.attrs.from, room)
    assert.equal(invitation.getChild('x', USER)?.getChild('invite')?.attrs.from, bareOf(ada.jid))
    await join(paris, room, 'paris')
    // His nick is his, wherever he goes by another.
    await administer(ada, room, { jid: bareOf(nora.jid), affiliation: 'member' })
    knock(nora, room, 'Count')
    const taken = await nora.expect((it) => it.attrs.type === 'error')
    assert.equal(errorOf(taken), 'cancel/conflict')
    const clash = { jid: bareOf(nora.jid), affiliation: 'member', nick: 'Count' }
    assert.equal(errorOf(await administer(ada, room, clash)), 'cancel/conflict')
    await administer(ada, room, { jid: bareOf(paris.jid), affiliation: 'none' })
    const self = await seen(paris, at('paris'), '-none none 110 321')
    assert.equal(itemOf(self)?.getChild('actor')?.attrs.nick, 'ada')
    await seen(max, at('paris'), '-none none 321')
    await join(nora, room, 'Count')
  },
)

scenario('the member list has addresses: it is read where those are seen (§9.5)', async (site) => {
  using all = await company(site)
  const { owen, ada, max, nora, room } = all
  assert.deepEqual(await listed(ada, room, { affiliation: 'member' }), [`${bareOf(max.jid)} max participant member`])
  for (const client of [max, nora]) {
    assert.equal(errorOf((await listed(client, room, { affiliation: 'member' })) as never), 'auth/forbidden')
  }
  await configure(owen, room, { whois: 'anyone' })
  const open = await nora.expect((it) => it.name === 'message' && codesOf(it).length > 0)
  assert.deepEqual(codesOf(open), ['172'])
  for (const affiliation of ['member', 'admin', 'owner']) {
    assert.equal(((await listed(nora, room, { affiliation })) as string[]).length, 1)
  }
})

scenario('who is not there is told what he is now, but not that he is banned (§18.1)', async (site) => {
  using all = await company(site)
  using others = together({ paris: await newcomer(site, 'paris') })
  const { ada, room } = all
  const { paris } = others
  const jid = bareOf(paris.jid)
  const become = (affiliation: string) => administer(ada, room, { jid, affiliation, reason: 'Well done' })
  await become('outcast')
  await become('none')
  await become('member')
  const message = await learns(paris, room)
  assert.deepEqual(
    [itemOf(message)?.attrs.affiliation, itemOf(message)?.getChildText('reason')],
    ['member', 'Well done'],
  )
  assert.equal(message.attrs.to, jid)
  // Once more the same is no news.
  await become('member')
  await become('none')
  assert.equal(itemOf(await learns(paris, room))?.attrs.affiliation, 'none')
})

scenario('of who is not there, those are told who may see addresses', async (site) => {
  using all = await company(site)
  const { owen, ada, nora, room } = all
  await administer(owen, room, { jid: 'away@other.example', affiliation: 'member' })
  const message = await ada.expect((it) => it.name === 'message' && itemOf(it) !== undefined)
  assert.deepEqual(
    [message.attrs.from, itemOf(message)?.attrs.jid, itemOf(message)?.attrs.affiliation, itemOf(message)?.attrs.role],
    [room, 'away@other.example', 'member', 'none'],
  )
  await settle(nora)
  assert.deepEqual(
    nora.takeAll((it) => it.name === 'message' && itemOf(it) !== undefined),
    [],
  )
})
