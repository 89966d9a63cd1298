/** XEP-0133: administrators manage users, look at them, and tell them something; nobody else does. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { bothModes, type Person, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter, errorOf, newcomer, saying, settle } from '../support/actor.ts'
import {
  type CommandStep,
  commandErrorOf,
  commandOf,
  commandStep,
  commandsOffered,
  NS_FORMS,
  noteOf,
  perform,
  valuesOf,
} from '../support/commands.ts'
import { befriend } from '../support/friends.ts'

const ADMIN = 'http://jabber.org/protocol/admin'
const boss: Person = { user: 'boss', password: 'in charge of it all', jid: 'boss@localhost' }
const keeper: Person = { user: 'keeper', password: 'in charge of one house', jid: 'keeper@localhost' }
const neighbour: Person = { user: 'neighbour', password: 'in charge of another', jid: 'neighbour@localhost' }
const OTHER = 'other.localhost'
const scenario = await bothModes({
  config: {
    domains: [{ admins: [keeper.jid] }, { name: OTHER, admins: [neighbour.jid] }],
    accounts: [boss, keeper, neighbour].map(({ jid, password }) => ({ jid, password })),
    admins: [boss.jid],
  },
})

/** An administration command, with its form where it has one. */
function administer(client: RawClient, site: Site, node: string, fields?: CommandStep['fields']): Promise<Element> {
  const step = { node: `${ADMIN}#${node}`, to: site.domain, ...(fields && { fields, formType: ADMIN }) }
  return perform(client, step)
}

/** Online users of the whole cluster, in order. */
async function online(admin: RawClient, site: Site): Promise<readonly string[]> {
  const listed = await administer(admin, site, 'get-online-users-list', { max_items: 'none' })
  return valuesOf(commandOf(listed)).onlineuserjids ?? []
}

/** Sessions end a moment after their connections. */
async function onlyOnline(admin: RawClient, site: Site, ...jids: readonly string[]): Promise<void> {
  const wanted = jids.toSorted()
  const deadline = Date.now() + 20_000
  for (let found: readonly string[] = []; String(found) !== String(wanted); found = await online(admin, site))
    assert.ok(Date.now() < deadline, `online: ${found}`)
}

const freshName = (name: string): string => `${name}-${randomBytes(4).toString('hex')}`

scenario('only administrators are offered the commands, and may execute them', async (site) => {
  await using admin = await enter(site, boss)
  await using nell = await newcomer(site, 'nell', { edge: 1 })
  const offered = await commandsOffered(admin, site.domain)
  assert.ok(offered.includes(`${ADMIN}#delete-user`) && offered.includes(`${ADMIN}#announce`))
  assert.ok(!offered.includes(`${ADMIN}#shutdown`))
  assert.equal((await commandsOffered(nell, site.domain)).filter((node) => node.startsWith(ADMIN)).length, 0)
  for (const node of [...offered.filter((each) => each.startsWith(ADMIN)), `${ADMIN}#shutdown`])
    assert.equal(commandErrorOf(await commandStep(nell, { node, to: site.domain })), 'cancel/forbidden', node)
  const opened = commandOf(await commandStep(admin, { node: `${ADMIN}#delete-user`, to: site.domain }))
  const hijack = { node: `${ADMIN}#delete-user`, to: site.domain, sessionid: opened.attrs.sessionid }
  const fields = { accountjids: boss.jid }
  assert.equal(commandErrorOf(await commandStep(nell, { ...hijack, fields, action: 'complete' })), 'cancel/forbidden')
  for (const node of ['get-user-password', 'edit-admin', 'restart', 'shutdown', 'edit-blacklist', 'edit-whitelist'])
    assert.equal(errorOf(await administer(admin, site, node)), 'cancel/feature-not-implemented', node)
  assert.equal(errorOf(await commandStep(admin, { node: `${ADMIN}#add-user` })), 'cancel/item-not-found')
})

scenario('an administrator of one domain has the users of that one, but those who administer more', async (site) => {
  await using admin = await enter(site, keeper)
  const name = freshName('nell')
  const [jid, elsewhere] = [`${name}@${site.domain}`, `${name}@${OTHER}`]
  const own = await commandsOffered(admin, site.domain)
  assert.ok(own.includes(`${ADMIN}#delete-user`))
  assert.deepEqual(
    (await commandsOffered(admin, OTHER)).filter((node) => node.startsWith(ADMIN)),
    [],
  )
  const there = { node: `${ADMIN}#get-registered-users-num`, to: OTHER }
  assert.equal(commandErrorOf(await commandStep(admin, there)), 'cancel/forbidden')

  const secret = { password: 'oranges and lemons' }
  const add = (accountjid: string) =>
    administer(admin, site, 'add-user', { accountjid, ...secret, 'password-verify': secret.password })
  assert.equal((await add(jid)).attrs.type, 'result')
  assert.equal(errorOf(await add(elsewhere)), 'auth/forbidden')
  for (const accountjid of [boss.jid, neighbour.jid, elsewhere, `${jid.toUpperCase()}.other`])
    assert.equal(
      errorOf(await administer(admin, site, 'change-user-password', { accountjid, ...secret })),
      'auth/forbidden',
    )
  for (const accountjids of [[jid, elsewhere], [boss.jid.toUpperCase()], [`${boss.jid}/desk`]])
    for (const node of ['delete-user', 'disable-user', 'end-user-session', 'get-user-roster'])
      assert.equal(errorOf(await administer(admin, site, node, { accountjids })), 'auth/forbidden', node)
  await using nell = await enter(site, { user: name, ...secret, jid })
  assert.equal((await administer(admin, site, 'delete-user', { accountjids: jid })).attrs.type, 'result')
  await nell.ended
})

scenario('users are added, changed, disabled, re-enabled, thrown out and deleted', async (site) => {
  await using admin = await enter(site, boss)
  const user = freshName('carol')
  const carol = { user, password: 'first of many', jid: `${user}@${site.domain}` }
  const add = (jid: string, password: string, again = password) =>
    administer(admin, site, 'add-user', { accountjid: jid, password, 'password-verify': again })
  assert.equal(errorOf(await add(carol.jid, carol.password, 'another')), 'modify/not-acceptable')
  assert.equal(errorOf(await add(carol.jid, 'qwertyuiop')), 'modify/not-acceptable')
  assert.equal(errorOf(await add(`${carol.jid}/phone`, carol.password)), 'modify/jid-malformed')
  assert.equal(errorOf(await add('carol@elsewhere.example', carol.password)), 'cancel/item-not-found')
  assert.equal(commandErrorOf(await add('not a@jid@', carol.password)), 'modify/bad-request/bad-payload')
  commandOf(await add(carol.jid, carol.password))
  assert.equal(errorOf(await add(carol.jid, carol.password)), 'cancel/conflict')

  const phone = await enter(site, carol, { edge: 1, resource: 'phone' })
  const desk = await enter(site, carol, { edge: 0, resource: 'desk' })
  commandOf(await administer(admin, site, 'end-user-session', { accountjids: phone.jid }))
  await phone.ended
  assert.match(noteOf(commandOf(await administer(admin, site, 'end-user-session', { accountjids: carol.jid }))), /^1 /)
  await desk.ended
  assert.equal(
    errorOf(await administer(admin, site, 'end-user-session', { accountjids: carol.jid })),
    'cancel/item-not-found',
  )

  const changed = { accountjid: carol.jid, password: 'second to none' }
  commandOf(await administer(admin, site, 'change-user-password', changed))
  const again = await enter(site, { ...carol, password: changed.password })
  commandOf(await administer(admin, site, 'disable-user', { accountjids: carol.jid }))
  await again.ended
  await assert.rejects(enter(site, { ...carol, password: changed.password }), /account-disabled/)
  const disabled = commandOf(await administer(admin, site, 'get-disabled-users-list', { max_items: 'none' }))
  assert.ok(valuesOf(disabled).disableduserjids?.includes(carol.jid))
  commandOf(await administer(admin, site, 'reenable-user', { accountjids: carol.jid }))
  const third = await enter(site, { ...carol, password: changed.password })

  const some = await administer(admin, site, 'delete-user', { accountjids: [carol.jid, 'nobody@localhost', boss.jid] })
  assert.match(
    noteOf(commandOf(some)),
    /^1 deleted\. Not done: nobody@localhost: item-not-found, boss@localhost: .*own/,
  )
  await third.ended
  await assert.rejects(enter(site, { ...carol, password: changed.password }), /not-authorized/)
  assert.equal(errorOf(await administer(admin, site, 'delete-user', { accountjids: boss.jid })), 'cancel/not-allowed')
  const many = Array.from({ length: 101 }, (_, at) => `u${at}@localhost`)
  assert.equal(
    commandErrorOf(await administer(admin, site, 'delete-user', { accountjids: many })),
    'modify/bad-request/bad-payload',
  )
})

scenario('rosters, logins, statistics and numbers are those of the whole cluster', async (site) => {
  await using admin = await enter(site, boss)
  await using nell = await newcomer(site, 'nell', { edge: 0 })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  await befriend(nell, bob)
  const account = nell.jid.split('/')[0] ?? ''
  const friend = bob.jid.split('/')[0] ?? ''
  const roster = commandOf(await administer(admin, site, 'get-user-roster', { accountjids: account }))
  const items = roster.getChild('x', NS_FORMS)?.getChild('query', 'jabber:iq:roster')?.getChildren('item')
  assert.deepEqual(
    items?.map(({ attrs }) => [attrs.jid, attrs.subscription]),
    [[friend, 'both']],
  )
  const login = valuesOf(commandOf(await administer(admin, site, 'get-user-lastlogin', { accountjids: account })))
  assert.ok(Math.abs(Date.parse(login.lastlogin?.[0] ?? '') - Date.now()) < 120_000)
  const stats = valuesOf(commandOf(await administer(admin, site, 'user-stats', { accountjid: account })))
  assert.deepEqual(stats.rostersize, ['1'])
  assert.deepEqual(stats.onlineresources, [nell.jid.slice(account.length + 1)])
  assert.equal(stats.ipaddresses?.length, 1)
  assert.equal(
    errorOf(await administer(admin, site, 'user-stats', { accountjid: 'nobody@localhost' })),
    'cancel/item-not-found',
  )

  await onlyOnline(admin, site, boss.jid, friend, account)
  const number = async (node: string, name: string) =>
    Number(valuesOf(commandOf(await administer(admin, site, node)))[name]?.[0])
  assert.equal(await number('get-online-users-num', 'onlineusersnum'), 3)
  assert.ok((await number('get-registered-users-num', 'registeredusersnum')) >= 3)
  bob.send('<presence><show>xa</show></presence>')
  await bob.expect((it) => it.name === 'presence' && it.attrs.from === bob.jid && it.getChildText('show') === 'xa')
  assert.equal(await number('get-idle-users-num', 'idleusersnum'), 1)
  assert.equal(await number('get-active-users-num', 'activeusersnum'), 2)
  const idle = commandOf(await administer(admin, site, 'get-idle-users', { max_items: '25' }))
  assert.deepEqual(valuesOf(idle).idleuserjids, [friend])
  const list = idle.getChild('x', NS_FORMS)?.getChildren('field').at(-1)
  assert.equal(list?.attrs.type, 'jid-multi', 'a field of many values says that it is one')
  assert.equal(
    commandErrorOf(await administer(admin, site, 'get-online-users-list', { max_items: '1000000' })),
    'modify/bad-request/bad-payload',
  )
})

scenario('an announcement reaches who is online; the message of the day everybody, once', async (site) => {
  await using admin = await enter(site, boss)
  await using nell = await newcomer(site, 'nell', { edge: 0 })
  const person = await site.person('bob')
  const bob = await enter(site, person, { edge: 1 })
  const fields = { subject: 'Tonight', announcement: ['We close', 'at &lt;ten&gt;'] }
  assert.match(noteOf(commandOf(await administer(admin, site, 'announce', fields))), /to \d+ users/)
  for (const client of [admin, nell, bob]) {
    const message = await client.expect(saying('We close\nat <ten>'))
    assert.equal(message.attrs.from, site.domain)
    assert.equal(message.attrs.type, 'headline')
    assert.equal(message.getChildText('subject'), 'Tonight')
  }

  await bob.close()
  await onlyOnline(admin, site, boss.jid, nell.jid.split('/')[0] ?? '')
  assert.equal(errorOf(await administer(admin, site, 'edit-motd')), 'cancel/item-not-found')
  commandOf(await administer(admin, site, 'set-motd', { motd: 'Mind the gap' }))
  await nell.expect(saying('Mind the gap'))
  commandOf(await administer(admin, site, 'edit-motd', { motd: 'Mind the big gap' }))
  for (const edge of [0, 1]) {
    await using late = await enter(site, person, { edge, resource: `late-${edge}` })
    if (edge === 0) await late.expect(saying('Mind the big gap'))
    await settle(late)
    // A second login, and who was there when it was set, had it.
    await using nellAgain = await enter(site, { ...person }, { edge, resource: 'again' })
    await settle(nellAgain)
    assert.deepEqual(
      [...late.takeAll(saying('Mind the big gap')), ...nellAgain.takeAll(saying('Mind the big gap'))],
      [],
    )
    await late.close()
  }
  commandOf(await administer(admin, site, 'delete-motd'))
  assert.equal(errorOf(await administer(admin, site, 'delete-motd')), 'cancel/item-not-found')

  commandOf(await administer(admin, site, 'set-welcome', { welcome: 'Make yourself at home' }))
  await using fresh = await newcomer(site, 'dora', { edge: 1 })
  await fresh.expect(saying('Make yourself at home'))
  commandOf(await administer(admin, site, 'delete-welcome'))
  await using nextOne = await newcomer(site, 'emil', { edge: 0 })
  await settle(nextOne)
  assert.deepEqual([...nextOne.takeAll('message'), ...nell.takeAll(saying('Make yourself at home'))], [])
})
