/** MUC-25: how many, how fast, and who may make rooms. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { errorOf, newcomer, saying, together } from '../support/actor.ts'
import { codesOf, configure, freshRoom, join, knock, makeRoom, tell } from '../support/room.ts'
import { administer, ask, owner, valuesOf } from '../support/room-admin.ts'

const scenario = await bothModes({
  config: {
    rooms: {
      perUser: 1,
      maxOccupants: 3,
      shownOccupants: 2,
      occupantRate: { perSecond: 1, burst: 8 },
      defaults: { addressesFor: 'anyone', listed: false, language: 'it' },
      fixed: ['addressesFor', 'listed', 'passwordProtected'],
    },
  },
})

const isError = (it: { readonly attrs: { readonly type?: string | undefined } }) => it.attrs.type === 'error'

scenario('who has made as many rooms as he may makes no more, until one is gone', async (site) => {
  using all = together({ crone: await newcomer(site, 'crone') })
  const { crone } = all
  const [first, second] = [freshRoom(site), freshRoom(site)]
  await makeRoom(crone, first, 'first')
  knock(crone, second, 'first')
  assert.equal(errorOf(await crone.expect(isError)), 'cancel/not-allowed')
  // Nobody is in it any more, so it isn't there.
  crone.send(`<presence to='${first}/first' type='unavailable'/>`)
  await crone.expect((it) => it.name === 'presence' && it.attrs.type === 'unavailable')
  const info = `<iq type='get' id='gone' to='${first}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`
  for (let asked = 1; errorOf(await crone.request(info)) !== 'cancel/item-not-found'; asked++) assert.ok(asked < 200)
  await makeRoom(crone, second, 'first')
})

scenario('a full room lets nobody in but those who run it', async (site) => {
  using all = together({
    crone: await newcomer(site, 'crone', { edge: 0 }),
    hag: await newcomer(site, 'hag', { edge: 1 }),
    medea: await newcomer(site, 'medea'),
    hecate: await newcomer(site, 'hecate'),
  })
  const { crone, hag, medea, hecate } = all
  const room = freshRoom(site)
  await makeRoom(crone, room, 'first')
  await join(hag, room, 'second')
  await join(medea, room, 'fourth')
  knock(hecate, room, 'third')
  assert.equal(errorOf(await hecate.expect(isError)), 'wait/service-unavailable')
  hag.send(`<presence to='${room}/second' type='unavailable'/>`)
  await crone.expect((it) => it.attrs.from === `${room}/second` && it.attrs.type === 'unavailable')
  await join(hecate, room, 'third')
})

scenario(
  'of who enters a crowded room the others hear what he says, and of himself when he moderates it',
  async (site) => {
    using all = together({
      crone: await newcomer(site, 'crone', { edge: 0 }),
      hag: await newcomer(site, 'hag', { edge: 1 }),
      hecate: await newcomer(site, 'hecate'),
    })
    const { crone, hag, hecate } = all
    const room = freshRoom(site)
    const third = (it: { readonly attrs: { readonly from?: string | undefined } }) => it.attrs.from === `${room}/third`
    await makeRoom(crone, room, 'first')
    await join(hag, room, 'second')
    await crone.expect((it) => it.name === 'presence' && it.attrs.from === `${room}/second`)
    await join(hecate, room, 'third')
    for (const shown of ['first', 'second']) await hecate.expect((it) => it.attrs.from === `${room}/${shown}`)
    tell(hecate, room, 'unseen')
    for (const client of [crone, hag]) assert.equal((await client.expect(third)).name, 'message')
    await administer(crone, room, { nick: 'third', role: 'moderator' })
    for (const client of [crone, hag]) assert.equal((await client.expect(third)).name, 'presence')
  },
)

scenario('who talks too fast is refused, and others are not', async (site) => {
  using all = together({
    crone: await newcomer(site, 'crone', { edge: 0 }),
    hag: await newcomer(site, 'hag', { edge: 1 }),
  })
  const { crone, hag } = all
  const room = freshRoom(site)
  await makeRoom(crone, room, 'first')
  await join(hag, room, 'second')
  for (let i = 0; i < 20; i++) tell(hag, room, `flood-${i}`)
  const refused = await hag.expect(isError)
  assert.equal(errorOf(refused), 'wait/resource-constraint')
  tell(crone, room, 'calm')
  await hag.expect(saying('calm'))
})

scenario('rooms are as whoever runs the server says, and owners change what they may', async (site) => {
  using all = together({ crone: await newcomer(site, 'crone') })
  const { crone } = all
  const room = freshRoom(site)
  const self = await join(crone, room, 'first')
  assert.ok(codesOf(self).includes('100'), `${self}`)
  const form = (await owner(crone, 'get', room)).getChild('query')?.getChild('x', 'jabber:x:data')
  const offered = valuesOf(form!)
  assert.equal(offered.get('muc#roomconfig_lang'), 'it')
  for (const fixed of ['whois', 'publicroom', 'passwordprotectedroom']) {
    assert.ok(!offered.has(`muc#roomconfig_${fixed}`))
    const values = { [fixed]: fixed === 'whois' ? 'moderators' : '1', roomsecret: 'x' }
    assert.equal(errorOf(await configure(crone, room, values)), 'modify/not-acceptable')
  }
  assert.equal((await configure(crone, room, { lang: 'en', whois: 'anyone' })).attrs.type, 'result')
  const info = await ask(crone, 'get', room, `<query xmlns='http://jabber.org/protocol/disco#info'/>`)
  const features = info
    .getChild('query')!
    .getChildren('feature')
    .map(({ attrs }) => String(attrs.var))
  for (const kind of ['muc_hidden', 'muc_nonanonymous', 'muc_temporary']) assert.ok(features.includes(kind), kind)
})
