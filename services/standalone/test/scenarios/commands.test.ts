/** XEP-0050: a user's own commands, step by step, and what is no good. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { enter, errorOf, newcomer } from '../support/actor.ts'
import {
  commandErrorOf,
  commandOf,
  commandStep,
  commandsOffered,
  NS_FORMS,
  noteOf,
  perform,
} from '../support/commands.ts'

const scenario = await bothModes()
const OWN = ['list-clients', 'end-client', 'change-password']
const NS_INFO = 'http://jabber.org/protocol/disco#info'
const NS_COMMANDS = 'http://jabber.org/protocol/commands'

scenario('a user is offered own commands, at the server and at the account; others are offered none', async (site) => {
  await using nell = await newcomer(site, 'nell', { edge: 0 })
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  const account = nell.jid.split('/')[0] ?? ''
  assert.deepEqual(await commandsOffered(nell, site.domain), [...OWN, 'urn:xmpp:invite#invite'])
  assert.deepEqual(await commandsOffered(nell), [...OWN, 'urn:xmpp:mam#configure'])
  assert.deepEqual(await commandsOffered(bob, account), [])
  assert.equal(errorOf(await commandStep(bob, { node: 'list-clients', to: account })), 'cancel/service-unavailable')
  const info = async (node: string) => {
    const query = `<query xmlns='${NS_INFO}' node='${node}'/>`
    return nell.request(`<iq type='get' id='info-${node.length}' to='${site.domain}'>${query}</iq>`)
  }
  const list = (await info(NS_COMMANDS)).getChild('query')?.getChild('identity')
  assert.equal(`${list?.attrs.category}/${list?.attrs.type}`, 'automation/command-list')
  const one = (await info('end-client')).getChild('query')
  assert.equal(one?.getChild('identity')?.attrs.type, 'command-node')
  assert.deepEqual(
    one?.getChildren('feature').map(({ attrs }) => attrs.var),
    [NS_COMMANDS, NS_FORMS],
  )
  assert.equal(errorOf(await info('no-such-node')), 'cancel/item-not-found')
})

scenario('nell lists her clients and ends one, forth and back through the steps', async (site) => {
  const person = await site.person('nell')
  await using phone = await enter(site, person, { resource: 'phone', edge: 0 })
  const lost = await enter(site, person, { resource: 'lost', edge: 1 })
  const listed = commandOf(await commandStep(phone, { node: 'list-clients' }))
  assert.equal(listed.attrs.status, 'completed')
  const items = listed.getChild('x', NS_FORMS)?.getChildren('item') as Element[]
  const clients = items.map((item) =>
    Object.fromEntries(item.getChildren('field').map((field) => [field.attrs.var, field.getChildText('value')])),
  )
  assert.deepEqual(clients.map(({ client, own }) => `${client} ${own}`).sort(), ['lost false', 'phone true'])
  assert.ok(clients.every(({ mechanism, address }) => /SCRAM|PLAIN/.test(mechanism ?? '') && address !== ''))

  const node = 'end-client'
  const first = commandOf(await commandStep(phone, { node }))
  assert.equal(first.attrs.status, 'executing')
  assert.equal(first.attrs['xml:lang'], 'en')
  const { sessionid } = first.attrs
  assert.ok(first.getChild('actions')?.getChild('next'))
  const go = (action: string, fields?: Record<string, string>) =>
    commandStep(phone, { node, sessionid, action, ...(fields && { fields }) })
  assert.equal(commandErrorOf(await go('prev')), 'modify/bad-request/bad-action')
  assert.equal(commandErrorOf(await go('complete', { client: 'lost' })), 'modify/bad-request/bad-action')
  assert.equal(commandErrorOf(await go('next')), 'modify/bad-request/bad-payload')
  assert.equal(commandErrorOf(await go('next', { client: 'phone' })), 'modify/bad-request/bad-payload')
  assert.equal(commandErrorOf(await go('jump', { client: 'lost' })), 'modify/bad-request/malformed-action')
  const second = commandOf(await go('next', { client: 'lost' }))
  assert.deepEqual(
    second.getChild('actions')?.children.map((child) => (child as Element).name),
    ['prev', 'complete'],
  )
  const back = commandOf(await go('prev'))
  assert.ok(back.getChild('actions')?.getChild('next'))
  commandOf(await go('execute', { client: 'lost' }))
  assert.match(noteOf(commandOf(await go('execute', { confirm: 'true' }))), /was ended/)
  await lost.ended
  assert.equal(commandErrorOf(await go('execute', { confirm: 'true' })), 'cancel/not-allowed/session-expired')
})

scenario('a session is its own client’s, and ends once', async (site) => {
  const person = await site.person('nell')
  await using phone = await enter(site, person, { resource: 'phone', edge: 0 })
  await using desk = await enter(site, person, { resource: 'desk', edge: 1 })
  const node = 'end-client'
  const { sessionid } = commandOf(await commandStep(phone, { node })).attrs
  const fields = { client: 'desk' }
  for (const [client, step] of [
    [desk, { node, sessionid }],
    [phone, { node: 'change-password', sessionid }],
    [phone, { node, sessionid: `${sessionid}x` }],
    [phone, { node, sessionid: '' }],
  ] as const)
    assert.equal(
      commandErrorOf(await commandStep(client, { ...step, fields, action: 'next' })),
      'modify/bad-request/bad-sessionid',
    )
  assert.equal(
    commandErrorOf(await commandStep(phone, { node, lang: 'not a language' })),
    'modify/bad-request/bad-locale',
  )
  assert.equal(commandErrorOf(await commandStep(phone, { node, action: 'next' })), 'modify/bad-request/bad-action')
  assert.equal(commandErrorOf(await commandStep(phone, { node: 'nothing' })), 'cancel/item-not-found')
  assert.equal(commandOf(await commandStep(phone, { node, sessionid, action: 'cancel' })).attrs.status, 'canceled')
  assert.equal(
    commandErrorOf(await commandStep(phone, { node, sessionid, action: 'cancel' })),
    'cancel/not-allowed/session-expired',
  )
  // The ninth makes the first go.
  const ids: (string | undefined)[] = []
  for (let count = 0; count < 9; count++) ids.push(commandOf(await commandStep(phone, { node })).attrs.sessionid)
  assert.equal(new Set(ids).size, 9)
  assert.equal(
    commandErrorOf(await commandStep(phone, { node, sessionid: ids[0], action: 'next', fields })),
    'cancel/not-allowed/session-expired',
  )
  commandOf(await commandStep(phone, { node, sessionid: ids[1], action: 'next', fields }))
})

scenario('nell changes her password by command', async (site) => {
  const person = await site.person('nell')
  await using nell = await enter(site, person)
  const change = (old: string, password: string, again = password) =>
    perform(nell, {
      node: 'change-password',
      to: site.domain,
      formType: 'jabber:iq:register:changepassword',
      fields: { old_password: old, password, 'password-verify': again },
    })
  assert.equal(errorOf(await change('wrong', 'verona balcony')), 'auth/not-authorized')
  assert.equal(errorOf(await change(person.password, 'verona balcony', 'another')), 'modify/not-acceptable')
  const weak = await change(person.password, 'qwertyuiop')
  assert.match(weak.getChild('error')?.getChildText('text') ?? '', /easy to guess/)
  const former = await change(person.password, person.password)
  assert.match(former.getChild('error')?.getChildText('text') ?? '', /had before/)
  assert.equal(commandErrorOf(await change(person.password, '')), 'modify/bad-request/bad-payload')
  assert.match(noteOf(commandOf(await change(person.password, 'verona balcony'))), /was changed/)
  await assert.rejects(enter(site, person), /not-authorized/)
  await using again = await enter(site, { ...person, password: 'verona balcony' }, { edge: 1 })
  await again.close()
})
