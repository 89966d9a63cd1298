/** MUC-02: who runs the server lists, shows, makes and ends rooms, whichever instance owns them. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { bareOf, errorOf, newcomer, saying, together } from '../support/actor.ts'
import { control } from '../support/control.ts'
import { freshRoom, itemOf, join, knock, tell } from '../support/room.ts'
import { ask, company, owner, submission } from '../support/room-admin.ts'

const scenario = await bothModes()

interface Shown {
  readonly owner: string
  readonly subject: string
  readonly room: { readonly name: string; readonly listed: boolean; readonly persistent: boolean }
  readonly occupants: readonly { readonly nick: string; readonly role: string; readonly jids: readonly string[] }[]
  readonly affiliates: readonly { readonly jid: string; readonly affiliation: string }[]
  readonly config: Readonly<Record<string, string>>
}

scenario('a room is shown with all that it is, but its password', async (site) => {
  using all = await company(site, {
    publicroom: '0',
    passwordprotectedroom: '0',
    roomsecret: 'cauldron',
    roomname: 'Dark Cave',
  })
  const { owen, ada, room } = all
  const { data } = await control(site, ['rooms', 'list', '--domain', `conference.${site.domain}`])
  const mine = (data as { jid: string; creator: string; listed: boolean }[]).find(({ jid }) => jid === room)
  assert.deepEqual([mine?.creator, mine?.listed], [bareOf(owen.jid), false])
  const shown = (await control(site, ['rooms', 'show', room])).data as Shown
  assert.equal(shown.room.name, 'Dark Cave')
  assert.deepEqual(shown.occupants.map(({ nick, role }) => `${nick} ${role}`).sort(), [
    'ada moderator',
    'max participant',
    'nora participant',
    'owen moderator',
  ])
  assert.deepEqual(shown.occupants.find(({ nick }) => nick === 'ada')?.jids, [ada.jid])
  assert.ok(shown.affiliates.some(({ jid, affiliation }) => jid === bareOf(ada.jid) && affiliation === 'admin'))
  assert.equal(shown.config['muc#roomconfig_publicroom'], '0')
  assert.ok(!JSON.stringify(shown).includes('cauldron'))
  assert.notEqual(shown.owner, '')
})

scenario('rooms are made and ended, and what can’t be is refused', async (site) => {
  using all = together({ owen: await newcomer(site, 'owen') })
  const { owen } = all
  const room = freshRoom(site)
  const refused = async (...args: string[]) => {
    const { code, errors } = await control(site, args)
    assert.equal(code, 1, errors)
    return errors
  }
  assert.match(await refused('rooms', 'show', room), /item-not-found/)
  assert.match(await refused('rooms', 'destroy', room), /item-not-found/)
  assert.match(await refused('rooms', 'create', `x@${site.domain}`, bareOf(owen.jid)), /jid-malformed/)
  assert.match(await refused('rooms', 'create', room, site.domain), /jid-malformed/)
  assert.equal((await control(site, ['rooms', 'create', room, bareOf(owen.jid)])).code, 0)
  assert.match(await refused('rooms', 'create', room, bareOf(owen.jid)), /conflict/)
  const self = await join(owen, room, 'owen')
  assert.equal(self.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('item')?.attrs.affiliation, 'owner')
  assert.match(await refused('rooms', 'destroy', room, '@'), /jid-malformed/)
  const venue = freshRoom(site)
  assert.equal((await control(site, ['rooms', 'destroy', room, venue, '--reason', 'Moved'])).code, 0)
  const gone = await owen.expect((it) => it.name === 'presence' && it.attrs.type === 'unavailable')
  const destroy = gone.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('destroy')
  assert.deepEqual([destroy?.attrs.jid, destroy?.getChildText('reason')], [venue, 'Moved'])
  assert.match(await refused('rooms', 'show', room), /item-not-found/)
})

scenario(
  'a room moves to another address with all that it is; who comes to the old one is told where it is',
  async (site) => {
    using all = await company(site, { persistentroom: '1', roomname: 'Dark Cave' })
    const { owen, ada, nora, room, people } = all
    const to = freshRoom(site, 'cave')
    const refused = async (...args: string[]) => {
      const { code, errors } = await control(site, ['rooms', 'move', ...args])
      assert.equal(code, 1, errors)
      return errors
    }
    tell(nora, room, 'Double, double')
    for (const client of [owen, ada]) await client.expect(saying('Double, double'))
    // Its owner knows that nothing is there.
    const info = `<query xmlns='http://jabber.org/protocol/disco#info'/>`
    assert.equal(errorOf(await ask(nora, 'get', to, info)), 'cancel/item-not-found')
    assert.match(await refused(to, room), /item-not-found/)
    assert.match(await refused(room, room), /jid-malformed/)
    assert.match(await refused(room, `x@${site.domain}`), /jid-malformed/)
    assert.equal((await control(site, ['rooms', 'move', room, to, '--reason', 'More space'])).code, 0)
    for (const client of Object.values(people)) {
      const gone = await client.expect((it) => it.name === 'presence' && it.attrs.type === 'unavailable')
      const destroy = gone.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('destroy')
      assert.deepEqual([destroy?.attrs.jid, destroy?.getChildText('reason')], [to, 'More space'])
    }
    assert.equal((await ask(nora, 'get', to, info)).getChild('query')?.getChild('identity')?.attrs.name, 'Dark Cave')
    const self = await join(ada, to, 'ada')
    assert.equal(itemOf(self)?.attrs.affiliation, 'admin')
    const past = await ada.expect(saying('Double, double'))
    const occupantId = (it: typeof past) => it.getChild('occupant-id', 'urn:xmpp:occupant-id:0')?.attrs.id
    assert.deepEqual([past.attrs.from, past.getChild('stanza-id')?.attrs.by], [`${to}/nora`, to])
    await join(nora, to, 'nora')
    const present = await ada.expect((it) => it.name === 'presence' && it.attrs.from === `${to}/nora`)
    assert.equal(occupantId(present), occupantId(past))
    knock(owen, room, 'owen')
    const old = await owen.expect((it) => it.attrs.type === 'error')
    assert.equal(errorOf(old), 'cancel/gone')
    assert.equal(old.getChild('error')?.getChildText('gone'), `xmpp:${to}?join`)
    assert.match((await control(site, ['rooms', 'show', room])).errors, /item-not-found/)
    assert.equal((await control(site, ['rooms', 'create', room, bareOf(owen.jid)])).code, 0)
    assert.match(await refused(to, room), /conflict/)
    await join(owen, to, 'owen')
    const temporary = submission('http://jabber.org/protocol/muc#roomconfig', { 'muc#roomconfig_persistentroom': '0' })
    assert.equal((await owner(owen, 'set', to, temporary)).attrs.type, 'result')
    assert.match(await refused(to, freshRoom(site)), /not-allowed/)
    for (const each of [room, to]) assert.equal((await control(site, ['rooms', 'destroy', each])).code, 0)
  },
)
