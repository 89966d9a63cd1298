/** XEP-0248: nodes that have other nodes in them, and who hears by them of what is published there. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, newcomer, receivedAfter, together } from '../support/actor.ts'
import {
  done,
  type Fields,
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
  type Request,
  serviceOf,
  subscribe,
  subscribing,
} from '../support/pubsub.ts'

const scenario = await bothModes()
const SHIM = 'http://jabber.org/protocol/shim'
type Names = [string, string, string, string, string]

async function company(site: Site) {
  return together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    sue: await newcomer(site, 'sue', { edge: 1 }),
    cat: await newcomer(site, 'cat', { edge: 1 }),
  })
}

const makeCollection = (client: RawClient, node: string, fields: Fields = {}) =>
  makeNode(client, node, { node_type: 'collection', ...fields })

const changing = (collection: string, what: 'associate' | 'dissociate', child: string): Request => ({
  type: 'set',
  owner: true,
  inside: `<collection node='${collection}'><${what} node='${child}'/></collection>`,
})

const configuring = (node: string, fields: Fields): Request => ({
  type: 'set',
  owner: true,
  inside: `<configure node='${node}'>${formXml(fields)}</configure>`,
})

const deleting = (node: string): Request => ({ type: 'set', owner: true, inside: `<delete node='${node}'/>` })

const wishing = (options: Fields) => `<options>${formXml(options, 'subscribe_options')}</options>`

const query = async (client: RawClient, site: Site, what: string, node: string): Promise<Element> => {
  const xmlns = `http://jabber.org/protocol/disco#${what}`
  const attribute = node === '' ? '' : ` node='${node}'`
  const xml = `<iq type='get' id='${what}-${node}' to='${serviceOf(site)}'><query xmlns='${xmlns}'${attribute}/></iq>`
  return (await client.request(xml)).getChild('query') as Element
}

const listedIn = async (client: RawClient, site: Site, node: string) =>
  ((await query(client, site, 'items', node)).getChildren('item') as Element[]).map(({ attrs }) => attrs.node)

/** What a client is told of a node, until something that satisfies `isLast`: its name and what is in it, and by which collection. */
async function heard(client: RawClient, node: string, isLast: (said: string) => boolean): Promise<string[]> {
  const all: string[] = []
  for (;;) {
    const { stanza, news: event } = await news(client, node)
    const inside = (event.getChildElements() as Element[]).map((it) => `${it.name} ${it.attrs.id ?? it.attrs.node}`)
    const said = [event.name, ...inside].join(' ')
    all.push(`${said} by ${stanza.getChild('headers', SHIM)?.getChildText('header') ?? 'itself'}`)
    if (isLast(said)) return all
  }
}

scenario('collections are made, found, filled and emptied, from either side', async (site) => {
  using all = await company(site)
  const { owen, sue } = all
  const [top, mid, first, second] = ['top', 'mid', 'first', 'second'].map((name) => freshNode(name)) as Names
  await makeCollection(owen, top, { title: 'All' })
  await makeCollection(owen, mid, { collection: top })
  await makeNode(owen, first, { collection: mid, title: 'First' })
  await makeNode(owen, second)
  await done(owen, changing(top, 'associate', second))
  assert.deepEqual((await query(sue, site, 'info', top)).getChild('identity')?.attrs, {
    category: 'pubsub',
    type: 'collection',
    name: 'All',
  })
  assert.deepEqual((await listedIn(sue, site, top)).sort(), [mid, second].sort())
  assert.deepEqual(await listedIn(sue, site, mid), [first])
  const form = async (node: string) => {
    const configure = await done(owen, { type: 'get', owner: true, inside: `<configure node='${node}'/>` })
    return configure?.getChild('x') as Element
  }
  const [ofMid, ofFirst] = [fieldsOf(await form(mid)), fieldsOf(await form(first))]
  assert.deepEqual([ofMid.get('node_type'), ofMid.get('collection'), ofMid.get('children')], ['collection', top, first])
  assert.deepEqual([ofFirst.get('node_type'), ofFirst.get('collection'), ofFirst.has('children')], ['leaf', mid, false])
  // Submitted as it is, nothing changes.
  const same = await form(mid)
  same.attrs.type = 'submit'
  await done(owen, { type: 'set', owner: true, inside: `<configure node='${mid}'>${same}</configure>` })
  assert.deepEqual(await listedIn(sue, site, mid), [first])
  await done(owen, configuring(first, { collection: '' }))
  assert.deepEqual(await listedIn(sue, site, mid), [])
  await done(owen, configuring(mid, { children: first }))
  await done(owen, changing(top, 'dissociate', second))
  assert.deepEqual(await listedIn(sue, site, top), [mid])
  await done(owen, deleting(mid))
  assert.equal(fieldsOf(await form(first)).get('collection'), '')
  const features = ((await query(sue, site, 'info', '')).getChildren('feature') as Element[]).map(
    ({ attrs }) => attrs.var,
  )
  for (const feature of [`${PUBSUB}#collections`, `${PUBSUB}#multi-collections`, SHIM])
    assert.ok(features.includes(feature))
  const headers = await query(sue, site, 'info', SHIM)
  assert.equal(firstIn(headers).attrs.var, `${SHIM}#Collection`)
  const defaults = await done(owen, { type: 'get', owner: true, inside: `<default type='collection'/>` })
  assert.equal(fieldsOf(defaults?.getChild('x') as Element).get('children_association_policy'), 'owners')
})

scenario('what can’t be done with collections is refused with its condition', async (site) => {
  using all = await company(site)
  const { owen, sue } = all
  const [top, mid, leaf, hers, open] = ['top', 'mid', 'leaf', 'hers', 'open'].map((name) => freshNode(name)) as Names
  await makeCollection(owen, top, { children_max: '1' })
  await makeCollection(owen, mid, { collection: top })
  await makeCollection(owen, open, { children_association_policy: 'all' })
  await makeNode(owen, leaf)
  await makeNode(sue, hers)
  const [notAllowed, tooMany] = ['cancel/not-allowed/invalid-options', 'cancel/not-allowed/max-nodes-exceeded']
  const making = (fields: Fields): Request => ({
    type: 'set',
    inside: `<create node='${freshNode()}'/><configure>${formXml(fields)}</configure>`,
  })
  const expected: readonly (readonly [RawClient, Request, string])[] = [
    [owen, changing(top, 'associate', leaf), tooMany],
    [owen, configuring(leaf, { collection: top }), tooMany],
    [owen, changing(mid, 'associate', top), notAllowed],
    [owen, configuring(top, { collection: mid }), notAllowed],
    [owen, changing(leaf, 'associate', top), notAllowed],
    [owen, configuring(leaf, { children: top }), notAllowed],
    [owen, making({ collection: leaf }), notAllowed],
    [owen, configuring(mid, { node_type: 'leaf' }), notAllowed],
    [owen, changing(mid, 'associate', hers), 'auth/forbidden'],
    [sue, changing(mid, 'associate', hers), 'auth/forbidden'],
    [sue, configuring(hers, { collection: mid }), 'auth/forbidden'],
    [sue, making({ collection: mid }), 'auth/forbidden'],
    [sue, changing(top, 'dissociate', mid), 'auth/forbidden'],
    [owen, changing(top, 'dissociate', leaf), 'modify/bad-request'],
    [owen, changing(mid, 'associate', freshNode('missing')), 'cancel/item-not-found'],
    [owen, { type: 'set', owner: true, inside: `<collection node='${mid}'/>` }, 'modify/bad-request'],
    [owen, publishing(mid, 'a'), 'cancel/feature-not-implemented/unsupported'],
    [owen, { type: 'get', inside: `<items node='${mid}'/>` }, 'cancel/feature-not-implemented/unsupported'],
    [owen, { type: 'set', owner: true, inside: '<delete/>' }, 'cancel/not-allowed'],
    [
      sue,
      subscribing(mid, bareOf(sue.jid), wishing({ subscription_depth: 'far' })),
      'modify/bad-request/invalid-options',
    ],
  ]
  for (const [client, request, error] of expected) assert.equal(await failed(client, request), error, request.inside)
  await done(sue, changing(open, 'associate', hers))
  assert.deepEqual(await listedIn(owen, site, open), [hers])
  await subscribe(sue, mid)
  assert.equal((await subscribe(sue, mid)).attrs.subscription, 'subscribed')
  const otherwise = subscribing(mid, bareOf(sue.jid), wishing({ subscription_type: 'items' }))
  assert.equal(await failed(sue, otherwise), 'cancel/conflict')
  const own = await owen.request(
    `<iq type='set' id='own'><pubsub xmlns='${PUBSUB}'><create node='${freshNode()}'/><configure>${formXml({ node_type: 'collection' })}</configure></pubsub></iq>`,
  )
  assert.equal(own.getChild('error')?.getChild('unsupported')?.attrs.feature, 'collections')
})

scenario(
  'subscribers of a collection hear of what is in it: once, what they want to, and where they may',
  async (site) => {
    using all = await company(site)
    const { owen, sue, cat } = all
    const [top, mid, leaf, later, closed] = ['top', 'mid', 'leaf', 'later', 'closed'].map((name) =>
      freshNode(name),
    ) as Names
    await makeCollection(owen, top)
    await makeCollection(owen, mid, { collection: top })
    await makeNode(owen, leaf)
    // Published to before it is in a collection: its owner learns of that.
    await done(owen, publishing(leaf, 'before'))
    await done(
      sue,
      subscribing(top, bareOf(sue.jid), wishing({ subscription_type: 'items', subscription_depth: 'all' })),
    )
    await done(cat, subscribing(mid, bareOf(cat.jid), wishing({ subscription_type: 'all' })))
    await done(owen, changing(mid, 'associate', leaf))
    await done(owen, changing(top, 'associate', leaf))
    const untilItem = (id: string) => (said: string) => said.endsWith(` ${id}`)
    // Two ways lead to her, one to him.
    await done(owen, publishing(leaf, 'a'))
    await done(owen, publishing(leaf, 'b'))
    const [a, b] = ['items item a', 'items item b']
    assert.deepEqual(await heard(sue, leaf, untilItem('b')), [`${a} by ${top}`, `${b} by ${top}`])
    assert.deepEqual(await heard(cat, mid, () => true), [`collection associate ${leaf} by itself`])
    assert.deepEqual(await heard(cat, leaf, untilItem('b')), [`${a} by ${mid}`, `${b} by ${mid}`])
    await subscribe(cat, leaf)
    await done(owen, publishing(leaf, 'c'))
    await done(owen, { type: 'set', inside: `<retract node='${leaf}' notify='1'><item id='a'/></retract>` })
    const [c, gone] = ['items item c', 'items retract a']
    assert.deepEqual(await heard(sue, leaf, untilItem('a')), [`${c} by ${top}`, `${gone} by ${top}`])
    // The last item, as to any new subscriber, and then what he is told directly.
    assert.deepEqual(await heard(cat, leaf, untilItem('a')), [`${b} by itself`, `${c} by itself`, `${gone} by itself`])

    await makeNode(owen, later, { collection: mid, notify_config: '1' })
    await done(owen, configuring(later, { title: 'Later' }))
    const configured = (said: string) => said.startsWith('configuration')
    assert.deepEqual(await heard(cat, later, configured), [`create by ${mid}`, `configuration x undefined by ${mid}`])
    await done(sue, {
      type: 'set',
      inside: `<options node='${top}' jid='${bareOf(sue.jid)}'>${formXml({ subscription_depth: '1' }, 'subscribe_options')}</options>`,
    })
    await done(owen, publishing(later, 'd'))
    assert.deepEqual(await heard(cat, later, untilItem('d')), [`items item d by ${mid}`])
    assert.deepEqual(await receivedAfter(owen, sue, (it) => newsOf(it, later) !== undefined), [])

    await makeNode(owen, closed, { collection: top, access_model: 'whitelist' })
    await done(owen, publishing(closed, 'e'))
    const member = `<affiliation jid='${bareOf(sue.jid)}' affiliation='member'/>`
    await done(owen, { type: 'set', owner: true, inside: `<affiliations node='${closed}'>${member}</affiliations>` })
    await done(owen, publishing(closed, 'f'))
    assert.deepEqual(await heard(sue, closed, untilItem('f')), [`items item f by ${top}`])

    await done(owen, changing(mid, 'dissociate', leaf))
    await done(owen, deleting(later))
    await done(owen, deleting(mid))
    assert.deepEqual(await heard(cat, later, () => true), [`delete by ${mid}`])
    const ends = await heard(cat, mid, (said) => said === 'delete')
    assert.deepEqual(ends, [`collection dissociate ${leaf} by itself`, 'delete by itself'])
    await done(owen, publishing(leaf, 'g'))
    assert.deepEqual(await heard(sue, leaf, untilItem('g')), [`items item g by ${top}`])
    assert.deepEqual(idsOf(await done(owen, { type: 'get', inside: `<items node='${leaf}' max_items='1'/>` })), ['g'])
  },
)
