/** MUC-01: users become members of a room by themselves, or when an admin agrees, and have a nick there. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient } from '@heliograph/testkit'
import { bareOf, errorOf, newcomer, together } from '../support/actor.ts'
import { configure, freshRoom, join, knock, makeRoom } from '../support/room.ts'
import { administer, ask, company, listed, seen, submission, valuesOf } from '../support/room-admin.ts'

const scenario = await bothModes()
const REGISTER = 'http://jabber.org/protocol/muc#register'
const QUERY = 'jabber:iq:register'

const query = (inside = '') => `<query xmlns='${QUERY}'>${inside}</query>`
const asNick = (nick: string) => query(submission(REGISTER, { 'muc#register_roomnick': nick }))

const reservedNick = async (client: RawClient, room: string) => {
  const node = `<query xmlns='http://jabber.org/protocol/disco#info' node='x-roomuser-item'/>`
  const answer = (await ask(client, 'get', room, node)).getChild('query')
  assert.equal(answer?.attrs.node, 'x-roomuser-item')
  return answer?.getChild('identity')?.attrs.name
}

scenario(
  'who registers with an open room is a member at once, under his nick (XEP-0045 §7.10, §7.12)',
  async (site) => {
    using all = await company(site)
    const { ada, max, nora, room, at } = all
    const form = await ask(nora, 'get', room, query())
    const values = valuesOf(form.getChild('query', QUERY)!.getChild('x', 'jabber:x:data')!)
    assert.equal(values.get('FORM_TYPE'), REGISTER)
    assert.ok(values.has('muc#register_roomnick'))
    assert.equal(await reservedNick(nora, room), undefined)
    assert.equal((await ask(nora, 'set', room, asNick('thirdwitch'))).attrs.type, 'result')
    await seen(nora, at('nora'), 'member participant 110')
    await seen(max, at('nora'), 'member participant')
    assert.equal(await reservedNick(nora, room), 'thirdwitch')
    const known = (await ask(nora, 'get', room, query())).getChild('query', QUERY)
    assert.ok(known?.getChild('registered'))
    assert.equal(known?.getChildText('username'), 'thirdwitch')
    assert.deepEqual(await listed(ada, room, { affiliation: 'member' }), [
      `${bareOf(max.jid)} max participant member`,
      `${bareOf(nora.jid)} thirdwitch participant member`,
    ])
    // Nobody else has it, as an occupant or in the room's list.
    assert.equal(errorOf(await ask(max, 'set', room, asNick('thirdwitch'))), 'cancel/conflict')
    assert.equal(errorOf(await ask(max, 'set', room, asNick('nora'))), 'cancel/conflict')
    assert.equal((await ask(max, 'set', room, asNick('maximilian'))).attrs.type, 'result')
    assert.equal((await ask(nora, 'set', room, query('<remove/>'))).attrs.type, 'result')
    await seen(max, at('nora'), 'none participant')
    assert.equal(errorOf(await ask(nora, 'set', room, query('<remove/>'))), 'auth/registration-required')
  },
)

scenario('a ban takes the nick, and who is banned does not register', async (site) => {
  using all = await company(site)
  const { ada, max, nora, room } = all
  await ask(max, 'set', room, asNick('maximilian'))
  await administer(ada, room, { jid: bareOf(max.jid), affiliation: 'outcast' })
  assert.equal(errorOf(await ask(max, 'get', room, query())), 'cancel/not-allowed')
  assert.equal(errorOf(await ask(max, 'set', room, asNick('maximilian'))), 'cancel/not-allowed')
  assert.equal((await ask(nora, 'set', room, asNick('maximilian'))).attrs.type, 'result')
})

scenario('who wants into a members-only room is let in by an admin, there or not (§9.9)', async (site) => {
  using all = together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    nora: await newcomer(site, 'nora', { edge: 1 }),
  })
  const { owen, nora } = all
  const room = freshRoom(site)
  await makeRoom(owen, room, 'owen', { membersonly: '1', persistentroom: '1' })
  const requested = async () => {
    const message = await owen.expect((it) => it.name === 'message' && it.getChild('x', 'jabber:x:data') !== undefined)
    assert.equal(message.attrs.from, room)
    return valuesOf(message.getChild('x', 'jabber:x:data')!)
  }
  const answer = (values: Map<string, string>, allow: string) => {
    const fields = Object.fromEntries([...values].filter(([name]) => name !== 'FORM_TYPE'))
    return `<message to='${room}' id='${allow}'>${submission(REGISTER, { ...fields, 'muc#register_allow': allow })}</message>`
  }
  assert.equal((await ask(nora, 'set', room, asNick('thirdwitch'))).attrs.type, 'result')
  const first = await requested()
  assert.equal(first.get('muc#register_roomnick'), 'thirdwitch')
  assert.equal(first.get('x-muc#register_jid'), bareOf(nora.jid))
  owen.send(answer(first, '0'))
  knock(nora, room, 'thirdwitch')
  assert.equal(errorOf(await nora.expect((it) => it.attrs.type === 'error')), 'auth/registration-required')
  // Nobody lets himself in.
  nora.send(answer(first, '1'))
  assert.equal(errorOf(await nora.expect((it) => it.attrs.id === '1')), 'auth/forbidden')
  // The owner left: he is asked at home.
  owen.send(`<presence to='${room}/owen' type='unavailable'/>`)
  await owen.expect((it) => it.name === 'presence' && it.attrs.type === 'unavailable')
  await ask(nora, 'set', room, asNick('thirdwitch'))
  owen.send(answer(await requested(), 'true'))
  await nora.expect((it) => it.name === 'message' && it.attrs.from === room)
  await join(nora, room, 'thirdwitch')
})

scenario('where members may more than others an admin agrees first, and is not asked without end', async (site) => {
  for (const config of [{ moderatedroom: '1' }, { passwordprotectedroom: '1', roomsecret: 'cauldronburn' }] as Record<
    string,
    string
  >[]) {
    using all = together({
      owen: await newcomer(site, 'owen', { edge: 0 }),
      nora: await newcomer(site, 'nora', { edge: 1 }),
    })
    const { owen, nora } = all
    const room = freshRoom(site)
    await makeRoom(owen, room, 'owen', config)
    for (let i = 0; i < 2; i++) {
      assert.equal((await ask(nora, 'set', room, asNick('thirdwitch'))).attrs.type, 'result')
      await owen.expect((it) => it.name === 'message' && it.getChild('x', 'jabber:x:data') !== undefined)
    }
    assert.equal(errorOf(await ask(nora, 'set', room, asNick('thirdwitch'))), 'wait/resource-constraint')
    assert.deepEqual(await listed(owen, room, { affiliation: 'member' }), [])
    const fields = {
      'x-muc#register_jid': bareOf(nora.jid),
      'muc#register_roomnick': 'thirdwitch',
      'muc#register_allow': '1',
    }
    owen.send(`<message to='${room}'>${submission(REGISTER, fields)}</message>`)
    // Messages and requests of one client keep their order.
    assert.equal(((await listed(owen, room, { affiliation: 'member' })) as string[]).length, 1)
  }
})

scenario('a room that its owner has not configured is there for nobody else', async (site) => {
  using all = together({ owen: await newcomer(site, 'owen'), nora: await newcomer(site, 'nora') })
  const { owen, nora } = all
  const room = freshRoom(site)
  await join(owen, room, 'owen')
  assert.equal(errorOf(await ask(nora, 'get', room, query())), 'cancel/item-not-found')
  assert.equal(errorOf(await ask(nora, 'set', room, asNick('thirdwitch'))), 'cancel/item-not-found')
})

scenario('a room may have no registration, and what is no form is none', async (site) => {
  using all = await company(site)
  const { owen, nora, room } = all
  for (const bad of [
    query(),
    query('<username>nora</username>'),
    query(submission(REGISTER, {})),
    query(submission('urn:example:odd', { 'muc#register_roomnick': 'x' })),
    asNick('\u00ad\u200b'),
    asNick('x'.repeat(1_100)),
  ]) {
    assert.equal(errorOf(await ask(nora, 'set', room, bad)), 'modify/bad-request', bad.slice(0, 300))
  }
  assert.equal((await configure(owen, room, { 'x-muc#roomconfig_registration': '0' })).attrs.type, 'result')
  assert.equal(errorOf(await ask(nora, 'get', room, query())), 'cancel/not-allowed')
  assert.equal(errorOf(await ask(nora, 'set', room, asNick('nora'))), 'cancel/not-allowed')
  assert.equal(errorOf(await ask(nora, 'get', freshRoom(site), query())), 'cancel/item-not-found')
})
