/** XEP-0163: every account has nodes; contacts and the own clients hear of them as they want to. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { bothModes, type Person, RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { announce, bareOf, enter, errorOf, newcomer, receivedAfter, settle, together } from '../support/actor.ts'
import { command } from '../support/blocking.ts'
import { askAccount, greeted, Software, told } from '../support/eventing.ts'
import { befriend } from '../support/friends.ts'
import { entry, fieldsOf, firstIn, formXml, freshNode, idsOf, newsOf } from '../support/pubsub.ts'

const scenario = await bothModes()
const ERRORS = 'http://jabber.org/protocol/pubsub#errors'

interface Publication {
  readonly node: string
  readonly id: string
  readonly options?: Readonly<Record<string, string>>
}

async function publish(client: RawClient, { node, id, options }: Publication): Promise<void> {
  const more = options ? `<publish-options>${formXml(options, 'publish-options')}</publish-options>` : ''
  const inside = `<publish node='${node}'><item id='${id}'>${entry(id)}</item></publish>${more}`
  const answer = await askAccount(client, { type: 'set', inside })
  assert.equal(answer.attrs.type, 'result', `${answer}`)
}

const read = (client: RawClient, node: string, to?: string): Promise<Element> =>
  askAccount(client, { type: 'get', inside: `<items node='${node}'/>`, ...(to !== undefined && { to }) })

const readIds = async (client: RawClient, node: string, to?: string): Promise<string[]> =>
  idsOf((await read(client, node, to)).getChild('pubsub')?.getChild('items') as Element)

function refusal(answer: Element): string {
  const application = answer
    .getChild('error')
    ?.children.find((child): child is Element => typeof child !== 'string' && child.attrs.xmlns === ERRORS)
  return `${errorOf(answer)}${application ? `/${application.name}` : ''}`
}

scenario('what is published to the own account is stored, and own clients that want it are told', async (site) => {
  using all = together({
    desk: await newcomer(site, 'juliet', { edge: 0 }),
  })
  const { desk } = all
  const node = freshNode('tune')
  const software = new Software(node)
  await software.announce(desk)
  await software.explain(desk)
  await settle(desk)
  await publish(desk, { node, id: 'a' })
  const heard = await told(desk, node)
  assert.deepEqual(
    [heard.stanza.attrs.from, heard.stanza.attrs.to, heard.stanza.attrs.type],
    [bareOf(desk.jid), desk.jid, 'headline'],
  )
  assert.equal(firstIn(heard.news).getChildText('entry'), 'a')
  await publish(desk, { node, id: 'b' })
  await told(desk, node)
  // One item is kept unless more are asked for.
  assert.deepEqual(await readIds(desk, node), ['b'])
  assert.deepEqual(await readIds(desk, node, bareOf(desk.jid)), ['b'])
  const form = await askAccount(desk, { type: 'get', owner: true, inside: `<configure node='${node}'/>` })
  const x = form.getChild('pubsub')?.getChild('configure')?.getChild('x') as Element
  const fields = fieldsOf(x)
  assert.deepEqual(
    ['access_model', 'send_last_published_item', 'max_items'].map((name) => fields.get(name)),
    ['presence', 'on_sub_and_presence', '1'],
  )
  const info = await desk.request(
    `<iq type='get' id='info' to='${bareOf(desk.jid)}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
  )
  const identities = info.getChild('query')?.getChildren('identity') ?? []
  assert.ok(identities.some(({ attrs }) => attrs.category === 'pubsub' && attrs.type === 'pep'))
  const items = await desk.request(
    `<iq type='get' id='items' to='${bareOf(desk.jid)}'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
  )
  const listed = items
    .getChild('query')
    ?.getChildElements()
    .map(({ attrs }) => attrs.node ?? attrs.jid)
  assert.deepEqual(listed, [desk.jid, node])
})

scenario('contacts that want it are told, others are not, and who comes gets the last items', async (site) => {
  using all = together({
    juliet: await newcomer(site, 'juliet', { edge: 0 }),
    romeo: await newcomer(site, 'romeo', { edge: 1 }),
    nurse: await newcomer(site, 'nurse', { edge: 0 }),
    tybalt: await newcomer(site, 'tybalt', { edge: 1 }),
  })
  const { juliet, romeo, nurse, tybalt } = all
  const [node, secret] = [freshNode('mood'), freshNode('secret')]
  await befriend(juliet, romeo)
  await befriend(juliet, nurse)
  const software = new Software(node, secret)
  await software.announce(romeo)
  await software.explain(romeo)
  await settle(romeo)
  // Nobody has to be asked twice what it can do.
  await software.announce(tybalt)
  await publish(juliet, { node, id: 'happy' })
  await publish(juliet, { node: secret, id: 'x', options: { access_model: 'whitelist' } })
  const heard = await told(romeo, node)
  assert.deepEqual(
    [heard.stanza.attrs.from, heard.stanza.attrs.to, idsOf(heard.news)],
    [bareOf(juliet.jid), romeo.jid, ['happy']],
  )
  await publish(juliet, { node, id: 'glad' })
  assert.deepEqual(idsOf((await told(romeo, node)).news), ['glad'])
  for (const other of [nurse, tybalt])
    assert.deepEqual(await receivedAfter(juliet, other, (it) => newsOf(it, node) !== undefined), [])
  assert.deepEqual(await receivedAfter(juliet, romeo, (it) => newsOf(it, secret) !== undefined), [])

  // XEP-0163 §4.3.4
  await software.announce(nurse)
  const last = await greeted(nurse, node)
  assert.deepEqual([idsOf(last.news), last.stanza.attrs.to], [['glad'], nurse.jid])
  await announce(nurse, 1, software.c)
  assert.deepEqual(await receivedAfter(juliet, nurse, (it) => newsOf(it, node) !== undefined), [])
  assert.deepEqual(await receivedAfter(juliet, tybalt, (it) => newsOf(it, node) !== undefined), [])
})

scenario('who may read is up to the access model', async (site) => {
  using all = together({
    juliet: await newcomer(site, 'juliet', { edge: 0 }),
    romeo: await newcomer(site, 'romeo', { edge: 1 }),
    tybalt: await newcomer(site, 'tybalt', { edge: 1 }),
  })
  const { juliet, romeo, tybalt } = all
  const home = bareOf(juliet.jid)
  await befriend(juliet, romeo)
  const [open, shared, grouped, own] = ['open', 'shared', 'grouped', 'own'].map((name) => freshNode(name)) as [
    string,
    string,
    string,
    string,
  ]
  await publish(juliet, { node: open, id: 'o', options: { access_model: 'open', max_items: 'max' } })
  await publish(juliet, { node: shared, id: 's' })
  await publish(juliet, {
    node: grouped,
    id: 'g',
    options: { access_model: 'roster', roster_groups_allowed: 'Friends' },
  })
  await publish(juliet, { node: own, id: 'w', options: { access_model: 'whitelist', persist_items: 'true' } })
  const REQUIRED = 'auth/not-authorized/presence-subscription-required'
  assert.deepEqual(await readIds(tybalt, open, home), ['o'])
  for (const node of [shared, grouped, own, freshNode('absent')])
    assert.equal(refusal(await read(tybalt, node, home)), REQUIRED)
  assert.equal(refusal(await read(tybalt, shared, `nobody@${site.domain}`)), REQUIRED)
  assert.deepEqual(await readIds(romeo, shared, home), ['s'])
  assert.equal(refusal(await read(romeo, grouped, home)), 'auth/not-authorized/not-in-roster-group')
  assert.equal(refusal(await read(romeo, own, home)), 'cancel/not-allowed/closed-node')
  assert.equal(refusal(await read(romeo, freshNode('absent'), home)), 'cancel/item-not-found')
  const group = `<item jid='${bareOf(romeo.jid)}'><group>Friends</group></item>`
  await juliet.request(`<iq type='set' id='group'><query xmlns='jabber:iq:roster'>${group}</query></iq>`)
  assert.deepEqual(await readIds(romeo, grouped, home), ['g'])
  const foreign = await askAccount(romeo, {
    type: 'set',
    to: home,
    inside: `<publish node='${shared}'><item id='mine'>${entry('mine')}</item></publish>`,
  })
  assert.equal(refusal(foreign), 'auth/forbidden')
  const listed = await romeo.request(
    `<iq type='get' id='items' to='${home}'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
  )
  const nodes = listed
    .getChild('query')
    ?.getChildElements()
    .map(({ attrs }) => attrs.node)
    .filter((it) => it !== undefined)
  assert.deepEqual(new Set(nodes), new Set([open, shared, grouped]))
})

scenario('a new contact gets the last item; what is removed is told; who is blocked hears nothing', async (site) => {
  using all = together({
    juliet: await newcomer(site, 'juliet', { edge: 0 }),
    romeo: await newcomer(site, 'romeo', { edge: 1 }),
  })
  const { juliet, romeo } = all
  const node = freshNode('place')
  await publish(juliet, { node, id: 'here', options: { max_items: '3' } })
  const software = new Software(node)
  await software.announce(romeo)
  await software.explain(romeo)
  await settle(romeo)
  await befriend(juliet, romeo)
  assert.deepEqual(idsOf((await greeted(romeo, node)).news), ['here'])
  await publish(juliet, { node, id: 'there' })
  assert.deepEqual(idsOf((await told(romeo, node)).news), ['there'])
  await askAccount(juliet, { type: 'set', inside: `<retract node='${node}' notify='true'><item id='here'/></retract>` })
  assert.equal((await told(romeo, node)).news.getChildElements()[0]?.name, 'retract')
  await command(juliet, 'block', bareOf(romeo.jid))
  await publish(juliet, { node, id: 'alone' })
  assert.equal(errorOf(await read(romeo, node, bareOf(juliet.jid))), 'cancel/service-unavailable')
  await romeo.request("<iq type='get' id='ping'><ping xmlns='urn:xmpp:ping'/></iq>")
  romeo.send("<presence type='unavailable'/>")
  await romeo.expect((it) => it.attrs.from === romeo.jid && it.attrs.type === 'unavailable')
  await software.announce(romeo, 1)
  await settle(romeo)
  await command(juliet, 'unblock', bareOf(romeo.jid))
  await publish(juliet, { node, id: 'again' })
  assert.deepEqual(idsOf((await told(romeo, node)).news), ['again'])
  await askAccount(juliet, { type: 'set', owner: true, inside: `<delete node='${node}'/>` })
  assert.equal((await told(romeo, node)).news.name, 'delete')
})

scenario('what a client keeps for itself is there at its next login, and goes with the account', async (site) => {
  const node = freshNode('bookmarks')
  const options = {
    access_model: 'whitelist',
    persist_items: 'true',
    max_items: 'max',
    send_last_published_item: 'never',
  }
  const credentials = { user: `nell-${randomUUID().slice(0, 8)}`, password: 'oranges and lemons' }
  const register = async () => {
    await using client = await RawClient.connect(site.at(0))
    await client.open()
    const fields = `<username>${credentials.user}</username><password>${credentials.password}</password>`
    const answer = await client.request(
      `<iq type='set' id='reg'><query xmlns='jabber:iq:register'>${fields}</query></iq>`,
    )
    assert.equal(answer.attrs.type, 'result', `${answer}`)
  }
  const person = { ...credentials, jid: `${credentials.user}@${site.domain}` } as unknown as Person
  await register()
  {
    using all = together({ nell: await enter(site, person, { edge: 0 }) })
    for (const id of ['one', 'two']) await publish(all.nell, { node, id, options })
    const other = { ...options, access_model: 'open' }
    const inside = `<publish node='${node}'><item id='x'>${entry('x')}</item></publish><publish-options>${formXml(other, 'publish-options')}</publish-options>`
    assert.equal(refusal(await askAccount(all.nell, { type: 'set', inside })), 'cancel/conflict/precondition-not-met')
  }
  {
    using all = together({ nell: await enter(site, person, { edge: 1 }) })
    assert.deepEqual(await readIds(all.nell, node), ['one', 'two'])
    const removal = await all.nell.request(
      "<iq type='set' id='gone'><query xmlns='jabber:iq:register'><remove/></query></iq>",
    )
    assert.equal(removal.attrs.type, 'result', `${removal}`)
  }
  await register()
  using all = together({ nell: await enter(site, person, { edge: 0 }) })
  assert.equal(refusal(await read(all.nell, node)), 'cancel/item-not-found')
})
