/** XEP-0060: nodes of `pubsub.DOMAIN`, what is published there, and who is told. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf, newcomer, receivedAfter, together } from '../support/actor.ts'
import {
  askNodes,
  done,
  entry,
  failed,
  fieldsOf,
  firstIn,
  formXml,
  freshNode,
  idsOf,
  makeNode,
  news,
  newsOf,
  PUBSUB,
  publishing,
  serviceOf,
  subscribe,
  subscribing,
} from '../support/pubsub.ts'

const scenario = await bothModes()

async function company(site: Site) {
  return together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    sue: await newcomer(site, 'sue', { edge: 1 }),
  })
}

const items = (node: string, inside = '', attributes = '', after = '') =>
  ({ type: 'get', inside: `<items node='${node}'${attributes}>${inside}</items>${after}` }) as const

async function disco(client: RawClient, site: Site, what: 'info' | 'items', node = ''): Promise<Element> {
  const xmlns = `http://jabber.org/protocol/disco#${what}`
  const attribute = node === '' ? '' : ` node='${node}'`
  return client.request(
    `<iq type='get' id='disco-${node}-${what}' to='${serviceOf(site)}'><query xmlns='${xmlns}'${attribute}/></iq>`,
  )
}

scenario('a node is made, found, subscribed to, published to, read and deleted', async (site) => {
  using all = await company(site)
  const { owen, sue } = all
  const node = freshNode()
  await makeNode(owen, node, { title: 'Musings', notify_config: '1' })
  assert.equal(await failed(sue, { type: 'set', inside: `<create node='${node}'/>` }), 'cancel/conflict')
  const info = (await disco(sue, site, 'info', node)).getChild('query')
  assert.deepEqual(info?.getChild('identity')?.attrs, { category: 'pubsub', type: 'leaf', name: 'Musings' })
  const about = fieldsOf(info?.getChild('x') as Element)
  assert.deepEqual([about.get('owner'), about.get('access_model')], [bareOf(owen.jid), 'open'])

  await done(owen, publishing(node, 'first', 'a &lt;b&gt; &amp; c'))
  const subscription = await subscribe(sue, node)
  assert.equal(subscription.attrs.subscription, 'subscribed')
  // The last item, with when it was published.
  const last = await news(sue, node)
  assert.deepEqual([idsOf(last.news), last.stanza.attrs.type], [['first'], 'headline'])
  assert.ok(last.stanza.getChild('delay', 'urn:xmpp:delay'))
  const published = await done(owen, {
    type: 'set',
    inside: `<publish node='${node}'><item>${entry('second')}</item><item id='third'>${entry('3')}</item></publish>`,
  })
  const both = await news(sue, node)
  assert.deepEqual(idsOf(both.news), idsOf(published))
  assert.equal(both.stanza.attrs.from, serviceOf(site))
  assert.equal(firstIn(both.news).getChildText('entry'), 'second')
  assert.equal(both.stanza.getChild('delay'), undefined)

  const [, second] = idsOf(await done(sue, items(node)))
  assert.deepEqual(idsOf(await done(sue, items(node))), ['first', second, 'third'])
  const one = await done(sue, items(node, `<item id='first'/>`))
  assert.equal(firstIn(one).getChildText('entry'), 'a <b> & c')
  assert.deepEqual(idsOf(await done(sue, items(node, '', " max_items='2'"))), [second, 'third'])
  const rsm = "<set xmlns='http://jabber.org/protocol/rsm'><max>1</max><after>first</after></set>"
  const page = (await askNodes(sue, items(node, '', '', rsm))).getChild('pubsub')
  assert.deepEqual(idsOf(page?.getChild('items') as Element), [second])
  assert.equal(page?.getChild('set')?.getChildText('count'), '3')
  const named = (await disco(sue, site, 'items', node)).getChild('query')?.getChildElements() ?? []
  assert.deepEqual(
    named.map(({ attrs }) => attrs.name),
    ['first', second, 'third'],
  )

  await done(owen, { type: 'set', inside: `<retract node='${node}'><item id='third'/></retract>` })
  assert.equal((await news(sue, node)).news.getChildElements()[0]?.name, 'retract')
  await done(owen, {
    type: 'set',
    owner: true,
    inside: `<configure node='${node}'>${formXml({ max_items: '1' })}</configure>`,
  })
  assert.equal((await news(sue, node)).news.name, 'configuration')
  assert.deepEqual(idsOf(await done(sue, items(node))), [second])
  await done(owen, { type: 'set', owner: true, inside: `<purge node='${node}'/>` })
  assert.equal((await news(sue, node)).news.name, 'purge')
  const uri = `xmpp:${serviceOf(site)}?;node=other`
  await done(owen, { type: 'set', owner: true, inside: `<delete node='${node}'><redirect uri='${uri}'/></delete>` })
  const gone = await news(sue, node)
  assert.deepEqual([gone.news.name, gone.news.getChild('redirect')?.attrs.uri], ['delete', uri])
  assert.equal(await failed(sue, items(node)), 'cancel/item-not-found')
  await makeNode(sue, node)
  assert.deepEqual(idsOf(await done(sue, items(node))), [])
})

scenario('publishing makes a node with its options, and holds it to them afterwards', async (site) => {
  using all = await company(site)
  const { owen, sue } = all
  const node = freshNode('auto')
  const options = (fields: Readonly<Record<string, string>>) =>
    `<publish-options>${formXml(fields, 'publish-options')}</publish-options>`
  await done(owen, publishing(node, 'a', 'a', options({ access_model: 'whitelist', max_items: 'max' })))
  await done(owen, publishing(node, 'b', 'b', options({ access_model: 'whitelist', persist_items: 'true' })))
  assert.equal(
    await failed(owen, publishing(node, 'c', 'c', options({ access_model: 'open' }))),
    'cancel/conflict/precondition-not-met',
  )
  assert.equal(await failed(sue, items(node)), 'cancel/not-allowed/closed-node')
  assert.equal(await failed(sue, subscribing(node, bareOf(sue.jid))), 'cancel/not-allowed/closed-node')
  assert.equal(errorOf(await disco(sue, site, 'info', node)), 'cancel/item-not-found')
  const member = `<affiliation jid='${bareOf(sue.jid)}' affiliation='member'/>`
  await done(owen, { type: 'set', owner: true, inside: `<affiliations node='${node}'>${member}</affiliations>` })
  assert.deepEqual(idsOf(await done(sue, items(node))), ['a', 'b'])
  await subscribe(sue, node)
  await news(sue, node)
  const outcast = member.replace("'member'", "'outcast'")
  await done(owen, { type: 'set', owner: true, inside: `<affiliations node='${node}'>${outcast}</affiliations>` })
  assert.equal(await failed(sue, items(node)), 'auth/forbidden')
  await done(owen, publishing(node, 'd'))
  assert.deepEqual(await receivedAfter(owen, sue, (it) => newsOf(it, node) !== undefined), [])
  assert.equal(
    await failed(owen, {
      type: 'set',
      owner: true,
      inside: `<affiliations node='${node}'><affiliation jid='${bareOf(owen.jid)}' affiliation='none'/></affiliations>`,
    }),
    'modify/not-acceptable',
  )
  const named = await done(sue, { type: 'set', inside: '<create/>' })
  assert.match(String(named?.attrs.node), /^[\w-]{20,}$/)
})

scenario(
  'owners of a node are asked about somebody who was refused by another node of its name a moment ago',
  async (site) => {
    using all = await company(site)
    const { owen, sue } = all
    const node = freshNode('again')
    for (const _ of [1, 2]) {
      await makeNode(owen, node, { access_model: 'authorize' })
      assert.equal((await subscribe(sue, node)).attrs.subscription, 'pending')
      await done(owen, { type: 'set', owner: true, inside: `<delete node='${node}'/>` })
    }
  },
)

scenario('owners decide who subscribes where they want to, and see and change who is subscribed', async (site) => {
  using all = await company(site)
  const { owen, sue } = all
  const node = freshNode('asked')
  await makeNode(owen, node, { access_model: 'authorize', notification_type: 'normal' })
  await done(owen, publishing(node, 'a'))
  assert.equal(await failed(sue, items(node)), 'auth/not-authorized/not-subscribed')
  const waiting = await subscribe(sue, node)
  assert.equal(waiting.attrs.subscription, 'pending')
  assert.equal(await failed(sue, subscribing(node, bareOf(sue.jid))), 'auth/not-authorized/pending-subscription')
  const asked = await owen.expect((it) => it.name === 'message' && it.attrs.id === waiting.attrs.subid)
  const form = fieldsOf(asked.getChild('x') as Element)
  assert.deepEqual([form.get('subscriber_jid'), form.get('node')], [bareOf(sue.jid), node])
  const verdict = (client: RawClient) =>
    client.send(
      `<message id='${asked.attrs.id}' to='${serviceOf(site)}'>${formXml({ node, subscriber_jid: bareOf(sue.jid), allow: '1' }, 'subscribe_authorization')}</message>`,
    )
  verdict(sue)
  assert.equal(errorOf(await sue.expect((it) => it.attrs.type === 'error')), 'auth/forbidden')
  verdict(owen)
  assert.equal((await news(sue, node)).news.attrs.subscription, 'subscribed')
  assert.deepEqual(idsOf((await news(sue, node)).news), ['a'])
  const list = { type: 'get', owner: true, inside: `<subscriptions node='${node}'/>` } as const
  assert.equal(await failed(sue, list), 'auth/forbidden')
  const [only] = ((await done(owen, list))?.getChildElements() ?? []) as Element[]
  assert.deepEqual(only?.attrs, { jid: bareOf(sue.jid), subid: waiting.attrs.subid, subscription: 'subscribed' })
  const mine = await done(sue, { type: 'get', inside: '<subscriptions/>' })
  assert.equal(firstIn(mine).attrs.node, node)
  const affiliations = await done(owen, { type: 'get', inside: `<affiliations node='${node}'/>` })
  assert.equal(firstIn(affiliations).attrs.affiliation, 'owner')
  const forced = `<subscription jid='nobody@${site.domain}' subscription='subscribed'/>`
  assert.equal(
    await failed(owen, { type: 'set', owner: true, inside: `<subscriptions node='${node}'>${forced}</subscriptions>` }),
    'cancel/not-allowed',
  )
  const none = `<subscription jid='${bareOf(sue.jid)}' subscription='none'/>`
  await done(owen, { type: 'set', owner: true, inside: `<subscriptions node='${node}'>${none}</subscriptions>` })
  const told = await news(sue, node)
  assert.deepEqual([told.news.attrs.subscription, told.stanza.attrs.type ?? 'normal'], ['none', 'normal'])
  assert.equal(await failed(sue, items(node)), 'auth/not-authorized/not-subscribed')
})

scenario('each client of a subscriber hears of it, others and those who don’t want to don’t', async (site) => {
  using all = await company(site)
  const { owen, sue } = all
  const node = freshNode('options')
  await makeNode(owen, node, { deliver_payloads: '0', send_last_published_item: 'never' })
  const address = bareOf(sue.jid)
  const { subid } = (await subscribe(sue, node)).attrs
  await subscribe(sue, node, sue.jid)
  await done(owen, publishing(node, 'a'))
  const heard = [await news(sue, node), await news(sue, node)]
  assert.deepEqual(heard.map(({ stanza }) => stanza.attrs.to).sort(), [address, sue.jid])
  for (const { news: items } of heard) assert.equal(items.getChildElements()[0]?.children.length, 0)
  const options = (subid: string, fields: Readonly<Record<string, string>>) => ({
    type: 'set' as const,
    inside: `<options node='${node}' jid='${address}' subid='${subid}'>${formXml(fields, 'subscribe_options')}</options>`,
  })
  assert.equal(await failed(sue, options('wrong', { deliver: '0' })), 'modify/not-acceptable/invalid-subid')
  assert.equal(
    await failed(sue, options(String(subid), { expire: '2001-01-01T00:00:00Z' })),
    'modify/bad-request/invalid-options',
  )
  await done(sue, options(String(subid), { deliver: '0' }))
  const present = await done(sue, { type: 'get', inside: `<options node='${node}' jid='${address}'/>` })
  assert.equal(fieldsOf(present?.getChild('x') as Element).get('deliver'), '0')
  await done(sue, { type: 'set', inside: `<unsubscribe node='${node}' jid='${sue.jid}'/>` })
  await done(owen, publishing(node, 'b'))
  assert.deepEqual(await receivedAfter(owen, sue, (it) => newsOf(it, node) !== undefined), [])
})

scenario('what isn’t right is refused with its condition', async (site) => {
  using all = await company(site)
  const { owen, sue } = all
  const node = freshNode('strict')
  await makeNode(owen, node, { max_payload_size: '100', max_items: '2' })
  const silent = freshNode('silent')
  await makeNode(owen, silent, { persist_items: '0', deliver_payloads: '0' })
  const publish = (inside: string, to = node) =>
    ({ type: 'set', inside: `<publish node='${to}'>${inside}</publish>` }) as const
  const configure = (form: string) =>
    ({ type: 'set', owner: true, inside: `<configure node='${node}'>${form}</configure>` }) as const
  const item = `<item>${entry('x')}</item>`
  const expected: readonly (readonly [RawClient, Parameters<typeof failed>[1], string])[] = [
    [owen, publish(''), 'modify/bad-request/item-required'],
    [owen, publish('<item/>'), 'modify/bad-request/payload-required'],
    [owen, publish(`<item>${entry('a')}${entry('b')}</item>`), 'modify/bad-request/invalid-payload'],
    [owen, publish(`<item>${entry('x'.repeat(100))}</item>`), 'modify/not-acceptable/payload-too-big'],
    [owen, publish(item.repeat(3)), 'cancel/not-allowed/max-items-exceeded'],
    [owen, publish(item, silent), 'modify/bad-request/item-forbidden'],
    [owen, items(silent), 'cancel/feature-not-implemented/unsupported'],
    [sue, publish(item), 'auth/forbidden'],
    [sue, items(node, `<item id='nothing'/>`), 'cancel/item-not-found'],
    [sue, items(node, '', " max_items='0'"), 'modify/bad-request'],
    [sue, subscribing(node, bareOf(owen.jid)), 'modify/bad-request/invalid-jid'],
    [sue, { type: 'set', inside: `<subscribe node='${node}'/>` }, 'modify/bad-request/jid-required'],
    [
      sue,
      { type: 'set', inside: `<unsubscribe node='${node}' jid='${bareOf(sue.jid)}'/>` },
      'wait/unexpected-request/not-subscribed',
    ],
    [sue, { type: 'set', inside: `<retract node='${node}'><item id='a'/></retract>` }, 'auth/forbidden'],
    [owen, { type: 'set', inside: `<retract node='${node}'><item id='a'/></retract>` }, 'cancel/item-not-found'],
    [owen, { type: 'set', inside: `<retract node='${node}'/>` }, 'modify/bad-request/item-required'],
    [sue, { type: 'set', owner: true, inside: `<delete node='${node}'/>` }, 'auth/forbidden'],
    [sue, { type: 'get', owner: true, inside: `<configure node='${node}'/>` }, 'auth/forbidden'],
    [owen, configure(formXml({ max_items: '0' })), 'modify/not-acceptable'],
    [owen, configure(formXml({ access_model: 'roster' })), 'modify/not-acceptable'],
    [owen, configure(formXml({}, 'other')), 'modify/not-acceptable'],
    [owen, configure(''), 'modify/bad-request'],
    [owen, { type: 'get', owner: true, inside: '<configure/>' }, 'modify/bad-request/nodeid-required'],
    [owen, { type: 'set', inside: '<nonsense/>' }, 'modify/bad-request'],
    [owen, { type: 'set', inside: '' }, 'modify/bad-request'],
    [owen, { type: 'get', inside: `<items node='${'é'.repeat(600)}'/>` }, 'cancel/item-not-found'],
    [owen, items(freshNode('missing')), 'cancel/item-not-found'],
  ]
  for (const [client, request, error] of expected) assert.equal(await failed(client, request), error, request.inside)
  await subscribe(sue, silent)
  await done(owen, publish('', silent))
  assert.equal((await news(sue, silent)).news.children.length, 0)
  const defaults = await done(owen, { type: 'get', owner: true, inside: '<default/>' })
  assert.equal(fieldsOf(defaults?.getChild('x') as Element).get('access_model'), 'open')
  assert.equal((await done(sue, { type: 'get', inside: '<default/>' }))?.name, 'default')
  assert.ok(
    (await disco(sue, site, 'info'))
      .getChild('query')
      ?.getChildren('feature')
      .some(({ attrs }) => attrs.var === `${PUBSUB}#publish`),
  )
})
