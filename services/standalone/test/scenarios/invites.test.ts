/** AUTH-23: invitations, to make an account and to get on a roster. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { bothModes, type Person, RawClient, type Site, slixmppAvailable } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, enter, errorOf, isPresence, newcomer } from '../support/actor.ts'
import { commandErrorOf, commandOf, commandStep, commandsOffered, perform, valuesOf } from '../support/commands.ts'
import { control } from '../support/control.ts'
import { getRoster, pushWith } from '../support/roster.ts'
import { slixmppDoes } from '../support/slixmpp-does.ts'

const INVITE = 'urn:xmpp:invite#invite'
const CREATE = 'urn:xmpp:invite#create-account'
const NS_REGISTER = 'jabber:iq:register'
const boss: Person = { user: 'boss', password: 'in charge of it all', jid: 'boss@localhost' }

const scenario = await bothModes({
  config: {
    accounts: [{ jid: boss.jid, password: boss.password }],
    admins: [boss.jid],
    registration: { open: 'never' },
    invites: { byUsers: 'accounts', days: 3 },
    // Who has an invitation is no stranger.
    domains: [{ strangers: { requests: 'limit', perMinute: 1 } }],
  },
})

const nameOf = (name: string) => `${name}-${randomBytes(4).toString('hex')}`
const tokenOf = (uri: string) => /preauth=([0-9a-z]+)/.exec(uri)?.[1] ?? ''

/** The address of an invitation, as the command gives it. */
async function invited(client: RawClient, site: Site): Promise<string> {
  const command = commandOf(await commandStep(client, { node: INVITE, to: site.domain }))
  assert.equal(command.attrs.status, 'completed')
  const { FORM_TYPE, uri, expire } = valuesOf(command)
  assert.deepEqual(FORM_TYPE, ['urn:xmpp:invite#invitation'])
  const days = (Date.parse(expire![0]!) - Date.now()) / 86_400_000
  assert.ok(days > 2.9 && days < 3.1, expire![0])
  return uri![0]!
}

const preauth = (client: RawClient, token: string): Promise<Element> =>
  client.request(`<iq type='set' id='p' to='localhost'><preauth xmlns='urn:xmpp:pars:0' token='${token}'/></iq>`)

const register = (client: RawClient, user: string): Promise<Element> =>
  client.request(
    `<iq type='set' id='r'><query xmlns='${NS_REGISTER}'><username>${user}</username><password>${PASSWORD}</password></query></iq>`,
  )
const PASSWORD = 'water over the gunwale'

/** Makes an account with a token; the outcomes of showing it and of registering. */
async function comeWith(site: Site, edge: number, token: string, user: string): Promise<string[]> {
  await using client = await RawClient.connect(site.at(edge))
  const features = await client.open()
  assert.ok(features.getChild('register', 'urn:xmpp:ibr-token:0'))
  assert.equal(features.getChild('register', 'http://jabber.org/features/iq-register'), undefined)
  const shown = errorOf(await preauth(client, token))
  if (shown !== undefined) return [shown]
  const made = errorOf(await register(client, user))
  await client.close()
  return ['good', made ?? 'made']
}

scenario('romeo invites juliet, who makes an account; both see each other', async (site) => {
  await using romeo = await newcomer(site, 'romeo', { edge: 0 })
  await getRoster(romeo)
  assert.ok((await commandsOffered(romeo, site.domain)).includes(INVITE))
  const uri = await invited(romeo, site)
  assert.equal(uri, `xmpp:${bareOf(romeo.jid)}?roster;preauth=${tokenOf(uri)};ibr=y`)
  const user = nameOf('juliet')
  assert.deepEqual(await comeWith(site, 1, 'guessed', user), ['cancel/item-not-found'])
  assert.deepEqual(await comeWith(site, 1, tokenOf(uri), bareOf(romeo.jid).split('@')[0]!), ['good', 'cancel/conflict'])
  assert.deepEqual(await comeWith(site, 1, tokenOf(uri), user), ['good', 'made'])
  assert.deepEqual(await comeWith(site, 0, tokenOf(uri), nameOf('tybalt')), ['cancel/item-not-found'])
  const jid = `${user}@${site.domain}`
  // XEP-0401 §4.3: without anything that romeo does.
  await pushWith(romeo, { jid, subscription: 'both' })
  await using juliet = await enter(site, { user, password: PASSWORD, jid }, { edge: 1 })
  await romeo.expect((it) => isPresence(it, juliet.jid))
  await juliet.expect((it) => isPresence(it, romeo.jid))
  const item = (await getRoster(juliet)).items?.find((each) => each.jid === bareOf(romeo.jid))
  assert.equal(item?.subscription, 'both')
})

scenario(
  'who has an account gets on a roster with an invitation, once, whether the inviter is there or not',
  async (site) => {
    const person = await site.person('romeo')
    await using before = await enter(site, person, { edge: 0 })
    const [first, second] = [await invited(before, site), await invited(before, site)]
    const ask = (client: RawClient, token: string) =>
      client.send(
        `<presence to='${person.jid}' type='subscribe'><preauth xmlns='urn:xmpp:pars:0' token='${token}'/></presence>`,
      )
    const answered = async (client: RawClient) => {
      await client.expect((it) => isPresence(it, person.jid, 'subscribed'))
      await client.expect((it) => isPresence(it, person.jid, 'subscribe'))
    }
    await using bob = await newcomer(site, 'bob', { edge: 1 })
    ask(bob, tokenOf(first))
    await answered(bob)
    await bob.expect((it) => isPresence(it, before.jid))
    await before.close()

    await using carol = await newcomer(site, 'carol', { edge: 0 })
    ask(carol, tokenOf(second))
    await answered(carol)
    await using dave = await newcomer(site, 'dave', { edge: 1 })
    for (const token of [tokenOf(first), 'x', '']) ask(dave, token)
    // §3.5: as if there were no token.
    await using romeo = await enter(site, person, { edge: 1 })
    const request = await romeo.expect((it) => it.attrs.type === 'subscribe')
    assert.equal(request.attrs.from, bareOf(dave.jid))
    const items = (await getRoster(romeo)).items ?? []
    assert.deepEqual(
      items.map(({ jid, subscription, ask }) => [jid, subscription, ask]).sort(),
      [bob, carol].map((client) => [bareOf(client.jid), 'from', 'subscribe']).sort(),
    )
  },
)

scenario('an administrator invites by command, for a name that nobody else gets', async (site) => {
  await using admin = await enter(site, boss, { edge: 1 })
  await getRoster(admin)
  const username = nameOf('paris')
  const step = { node: CREATE, to: site.domain }
  const fields = { username, 'roster-subscription': '1' }
  const uri = valuesOf(commandOf(await perform(admin, { ...step, fields }))).uri![0]!
  assert.equal(uri, `xmpp:${username}@${site.domain}?register;preauth=${tokenOf(uri)}`)
  assert.equal(commandErrorOf(await perform(admin, { ...step, fields })), 'cancel/conflict')
  assert.equal(commandErrorOf(await perform(admin, { ...step, fields: { username: 'a b' } })), 'modify/jid-malformed')
  const any = valuesOf(commandOf(await perform(admin, { ...step, fields: { username: '' } }))).uri![0]!
  assert.equal(any, `xmpp:${site.domain}?register;preauth=${tokenOf(any)}`)
  assert.deepEqual(await comeWith(site, 0, tokenOf(any), username), ['good', 'cancel/conflict'])
  assert.deepEqual(await comeWith(site, 0, tokenOf(uri), nameOf('other')), ['good', 'modify/not-acceptable'])
  assert.deepEqual(await comeWith(site, 0, tokenOf(uri), username), ['good', 'made'])
  await pushWith(admin, { jid: `${username}@${site.domain}`, subscription: 'both' })
  await using user = await newcomer(site, 'user')
  assert.equal(commandErrorOf(await commandStep(user, step)), 'cancel/forbidden')
})

scenario('heliographctl makes invitations, lists and revokes them', async (site) => {
  const made = await control(site, ['invites', 'create', site.domain, '--days', '1'])
  const { uri } = made.data as { uri: string }
  const listed = async () => {
    const { data } = await control(site, ['invites', 'list', '--domain', site.domain])
    return data as { number: number; usedBy: string; account: string; inviter: string }[]
  }
  const [newest] = await listed()
  assert.deepEqual([newest?.usedBy, newest?.account, newest?.inviter], ['', '', ''])
  assert.equal((await control(site, ['invites', 'revoke', String(newest!.number)])).code, 0)
  assert.equal((await control(site, ['invites', 'revoke', String(newest!.number)])).code, 1)
  assert.deepEqual(await comeWith(site, 0, tokenOf(uri), nameOf('late')), ['cancel/item-not-found'])
  const host = await site.person('host')
  const jid = `${nameOf('guest')}@${site.domain}`
  const named = await control(site, ['invites', 'create', jid, '--inviter', host.jid])
  assert.deepEqual(await comeWith(site, 1, tokenOf((named.data as { uri: string }).uri), jid.split('@')[0]!), [
    'good',
    'made',
  ])
  assert.equal((await listed())[0]?.usedBy, jid)
  for (const wrong of [[host.jid], ['elsewhere.example'], ['@'], [site.domain, '--inviter', `nobody@${site.domain}`]])
    assert.equal((await control(site, ['invites', 'create', ...wrong])).code, 1, wrong.join())
  assert.equal((await control(site, ['invites', 'create', site.domain, '--days', 'x'])).code, 2)
})

if (slixmppAvailable())
  scenario('slixmpp invites by its command plug-in, comes on a roster, and makes an account', (site) =>
    slixmppDoes(site, 'invitations'),
  )
