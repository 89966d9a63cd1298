/** Components that answer in the place of the server and of accounts (XEP-0355). */
import assert from 'node:assert/strict'
import { bothModes, Cluster, type RawClient, type Site, SlixmppComponent, slixmppAvailable } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf, newcomer, settle } from '../support/actor.ts'
import { until } from '../support/components.ts'
import { DELEGATION, ManagingComponent, resultOf } from '../support/managing.ts'
import { getRoster, nextPush } from '../support/roster.ts'

const SECRET = 'all-are-punished'
const PUBSUB = 'http://jabber.org/protocol/pubsub'
const MAM = 'urn:xmpp:mam:2'
const INFO = 'http://jabber.org/protocol/disco#info'
const ITEMS = 'http://jabber.org/protocol/disco#items'

const scenario = await bothModes({
  counts: { edge: 1, fanout: 1, muc: 1, pubsub: 1 },
  config: {
    components: [
      {
        domains: ['pubsub.example'],
        password: SECRET,
        waitSeconds: 1,
        delegations: [
          { namespace: PUBSUB },
          { namespace: MAM, attributes: ['node'] },
          { namespace: `${DELEGATION}:bare:disco#info:*` },
          { namespace: `${DELEGATION}:bare:disco#items:*` },
        ],
      },
      {
        domains: ['filter.example'],
        password: SECRET,
        waitSeconds: 1,
        delegations: [{ namespace: 'jabber:iq:roster', attributes: ['filter'] }],
        privileges: { roster: 'both' },
      },
      { domains: ['py.example'], password: SECRET, waitSeconds: 1, delegations: [{ namespace: 'urn:x:py' }] },
      { domains: ['other.example'], password: SECRET },
    ],
  },
})

const at = (site: Site, domain: string, gateway = 0) => ({
  port: site.gateway(gateway).component!,
  domain,
  secret: SECRET,
})

let ids = 0
const ask = (client: RawClient, type: 'get' | 'set', payload: string, to?: string) =>
  client.request(`<iq type='${type}' id='d${ids++}'${to === undefined ? '' : ` to='${to}'`}>${payload}</iq>`, 30_000)
const published = `<pubsub xmlns='${PUBSUB}'><publish node='urn:xmpp:mood'><item id='1'/></publish></pubsub>`
const done = `<pubsub xmlns='${PUBSUB}'><publish node='urn:xmpp:mood'/></pubsub>`
const featuresIn = (answer: Element) =>
  answer
    .getChild('query', INFO)
    ?.getChildren('feature')
    .map(({ attrs }) => attrs.var)

scenario('what is delegated is answered by the component, and nobody sees that', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  await using romeo = await newcomer(site, 'romeo')
  await using managing = await ManagingComponent.login(at(site, 'pubsub.example', 1), { answer: () => done })
  await until('it was told', () => managing.delegated.length === 1)
  const told = managing.delegated[0]!
  const delegated = told.getChild('delegation', DELEGATION)?.getChildren('delegated') ?? []
  assert.equal(told.attrs.from, site.domain)
  assert.deepEqual(
    delegated.map((it) => [
      it.attrs.namespace,
      it
        .getChildren('attribute')
        .map(({ attrs }) => attrs.name)
        .join(),
    ]),
    [
      [PUBSUB, ''],
      [MAM, 'node'],
      [`${DELEGATION}:bare:disco#info:*`, ''],
      [`${DELEGATION}:bare:disco#items:*`, ''],
    ],
  )
  const her = bareOf(juliet.jid)
  for (const [who, to] of [
    [juliet, undefined],
    [juliet, her],
    [juliet, site.domain],
    [romeo, her],
    [romeo, `nobody@${site.domain}`],
  ] as const) {
    const answer = await ask(who, 'set', published, to)
    assert.deepEqual([answer.attrs.type, answer.attrs.to], ['result', who.jid])
    assert.ok(answer.attrs.from === undefined || answer.attrs.from === (to ?? her), answer.attrs.from)
    assert.ok(answer.getChild('pubsub', PUBSUB)?.getChild('publish'))
    const { outer, request } = managing.asked.at(-1)!
    assert.deepEqual([outer.attrs.type, outer.attrs.from], ['set', site.domain])
    assert.deepEqual([request.attrs.from, request.attrs.to, request.attrs.id], [who.jid, to, answer.attrs.id])
    assert.ok(request.getChild('pubsub', PUBSUB)?.getChild('publish'))
  }
  // §4.3: only bare addresses.
  const count = managing.asked.length
  const direct = ask(romeo, 'set', published, juliet.jid)
  const { attrs } = await juliet.expect((it) => it.name === 'iq' && it.attrs.from === romeo.jid)
  juliet.send(`<iq type='result' id='${attrs.id}' to='${romeo.jid}'/>`)
  assert.equal((await direct).attrs.type, 'result')
  // N.B.3: without the attribute it is the server's.
  const archive = await ask(juliet, 'set', `<query xmlns='${MAM}' queryid='q'/>`)
  assert.ok(archive.getChild('fin', MAM))
  assert.equal(managing.asked.length, count)
  await ask(juliet, 'set', `<query xmlns='${MAM}' node='n'/>`)
  assert.equal(managing.asked.length, count + 1)
})

scenario('what is no answer, or none at all, is service-unavailable', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  assert.equal(errorOf(await ask(juliet, 'set', published)), 'cancel/service-unavailable', 'it is away')

  await using managing = await ManagingComponent.login(at(site, 'pubsub.example'), {})
  await using other = await ManagingComponent.login(at(site, 'other.example'), {})
  const wrong = async (say: (outer: Element, request: Element) => void) => {
    const before = managing.asked.length
    const answer = ask(juliet, 'set', published)
    await until('it was asked', () => managing.asked.length > before)
    const { outer, request } = managing.asked.at(-1)!
    say(outer, request)
    return errorOf(await answer)
  }
  const made = (from: string, change: (iq: string) => string) => (outer: Element, request: Element) => {
    managing.answer(outer, change(resultOf(request, from)))
  }
  const cases = [
    made(done, (iq) => iq.replace(/ id='[^']*'/, ` id='x'`)),
    made(done, (iq) => iq.replace(/ to='[^']*'/, ` to='romeo@${site.domain}/x'`)),
    made(done, (iq) => iq.replace(' to=', ` from='romeo@${site.domain}' to=`)),
    made('', (iq) => iq.replace(`'result'`, `'error'`)),
    made('', () => `<message xmlns='jabber:client'/>`),
    (outer: Element) =>
      managing.component.send(
        `<iq type='error' id='${outer.attrs.id}' from='pubsub.example' to='${outer.attrs.from}'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
      ),
    (outer: Element) =>
      managing.component.send(
        `<iq type='result' id='${outer.attrs.id}' from='pubsub.example' to='${outer.attrs.from}'/>`,
      ),
  ]
  for (const [at, say] of cases.entries()) assert.equal(await wrong(say), 'cancel/service-unavailable', String(at))
  // Another component's is none, and nothing that one makes up goes anywhere.
  const late = wrong((outer, request) => {
    const { id, from } = outer.attrs
    other.component.send(
      `<iq type='result' id='${id}' from='other.example' to='${from}'><delegation xmlns='${DELEGATION}'><forwarded xmlns='urn:xmpp:forward:0'>${resultOf(request, done)}</forwarded></delegation></iq>`,
    )
    managing.component.send(`<iq type='result' id='delegated-x' from='pubsub.example' to='${from}'/>`)
  })
  assert.equal(await late, 'cancel/service-unavailable', 'nobody answered in 10 s')
})

scenario(
  'whom it asks itself is no matter of the component’s: with privileges it may act by its own (XEP-0356)',
  async (site) => {
    await using juliet = await newcomer(site, 'juliet')
    await getRoster(juliet)
    await using filter = await ManagingComponent.login(at(site, 'filter.example', 1), { answer: () => '' })
    const item = `<item jid='romeo@montague.example' name='My Romeo'/>`
    const query = (inside: string) => `<query xmlns='jabber:iq:roster' filter='yes'>${inside}</query>`
    assert.equal((await ask(juliet, 'set', query(item))).attrs.type, 'result')
    assert.deepEqual((await getRoster(juliet)).items ?? [], [])
    assert.equal(filter.asked.length, 1)

    const her = bareOf(juliet.jid)
    const rival = item.replace('/>', '><group>Rivals</group></item>')
    const set = await filter.component.request(
      `<iq type='set' id='own' from='filter.example' to='${her}'>${query(rival)}</iq>`,
    )
    assert.equal(set.attrs.type, 'result')
    assert.equal((await nextPush(juliet)).name, 'My Romeo')
    assert.equal(filter.asked.length, 1)
  },
)

scenario('what the component can do is found where the server’s own would be', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  const her = bareOf(juliet.jid)
  const info = (to: string, node = '') => ask(juliet, 'get', `<query xmlns='${INFO}'${node && ` node='${node}'`}/>`, to)
  const form = `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>${PUBSUB}#meta-data</value></field></x>`
  await using managing = await ManagingComponent.login(at(site, 'pubsub.example', 1), {
    nodes: {
      [`${DELEGATION}::${PUBSUB}`]: `<feature var='${PUBSUB}'/><feature var='${PUBSUB}#publish-options'/>`,
      [`${DELEGATION}:bare:${PUBSUB}`]: `<identity category='pubsub' type='pep'/><feature var='${PUBSUB}#access-presence'/>${form}`,
    },
    answer: (request) =>
      String(request.getChild('query') ?? '').replace('/>', `><item jid='${her}' node='n'/></query>`),
  })
  const own = await untilThere(() => info(her), `${PUBSUB}#access-presence`)
  const features = featuresIn(own) ?? []
  assert.deepEqual(
    [PUBSUB, `${PUBSUB}#auto-create`, 'urn:xmpp:pep-vcard-conversion:0', MAM].map((it) => features.includes(it)),
    [false, false, false, false],
    'nothing of what the server would have done',
  )
  const identities = own.getChild('query', INFO)?.getChildren('identity') ?? []
  assert.deepEqual(identities.map(({ attrs }) => `${attrs.category}/${attrs.type}`).sort(), [
    'account/registered',
    'pubsub/pep',
  ])
  assert.ok(own.getChild('query', INFO)?.getChild('x', 'jabber:x:data'))
  const server = featuresIn(await untilThere(() => info(site.domain), `${PUBSUB}#publish-options`)) ?? []
  assert.ok(server.includes(DELEGATION))
  assert.ok(!server.includes(`${PUBSUB}#access-presence`))

  // §7.2.4, §7.2.5
  const before = managing.asked.length
  assert.equal((await info(her, 'urn:xmpp:microblog:0')).attrs.type, 'result')
  const items = await ask(juliet, 'get', `<query xmlns='${ITEMS}'/>`, her)
  assert.deepEqual(items.getChild('query', ITEMS)?.getChild('item')?.attrs.node, 'n')
  assert.equal(managing.asked.length, before + 2)
  assert.equal((await ask(juliet, 'get', `<query xmlns='${ITEMS}'/>`, site.domain)).attrs.type, 'result')
  assert.equal(managing.asked.length, before + 2)
  await settle(juliet)
})

/** Until each instance has heard of it: the answer that has that feature. */
async function untilThere(look: () => Promise<Element>, feature: string): Promise<Element> {
  for (let left = 100; ; left--) {
    const answer = await look()
    if (featuresIn(answer)?.includes(feature)) return answer
    assert.ok(left > 0, `${feature} is not there`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

if (slixmppAvailable())
  scenario('slixmpp’s component answers, also when its gateway is killed', async (site, test) => {
    await using juliet = await newcomer(site, 'juliet')
    const ports = [0, 1].map((gateway) => site.gateway(gateway).component!)
    await using py = new SlixmppComponent({ domain: 'py.example', secret: SECRET, ports, manages: 'urn:x:py' })
    await py.until(({ event }) => event === 'delegated')
    const me = bareOf(juliet.jid)
    await untilThere(() => ask(juliet, 'get', `<query xmlns='${INFO}'/>`, me), 'urn:x:py#account')
    await untilThere(() => ask(juliet, 'get', `<query xmlns='${INFO}'/>`, site.domain), 'urn:x:py#server')
    const once = async () => {
      const answer = await ask(juliet, 'get', `<thing xmlns='urn:x:py'/>`)
      return errorOf(answer) ?? answer.getChild('thing', 'urn:x:py')?.attrs.from
    }
    assert.equal(await once(), juliet.jid)
    if (!(site.server instanceof Cluster)) return test.diagnostic('there is one gateway')

    await site.server.of('gateway')[0]!.process.kill()
    // It has to come again, and what it had said already is lost with the one who died; each is answered once.
    const meanwhile = await Promise.all([once(), once(), once()])
    for (const answer of meanwhile) assert.ok([juliet.jid, 'cancel/service-unavailable'].includes(answer!), answer)
    await py.until(({ event }) => event === 'delegated', 2, 60_000)
    for (let left = 100; (await once()) !== juliet.jid; left--) assert.ok(left > 0)
    assert.equal(await once(), juliet.jid)
    await site.server.of('gateway')[0]!.process.start()
  })

scenario('who is asked again by the next owner of a user answers that one', async (site, test) => {
  if (!(site.server instanceof Cluster)) return test.diagnostic('there is one owner')
  const { server } = site
  await using juliet = await newcomer(site, 'juliet')
  await using managing = await ManagingComponent.login(at(site, 'pubsub.example', 1), {})
  const answer = ask(juliet, 'set', published)
  await until('it was asked', () => managing.asked.length === 1)
  for (const member of server.of('session')) {
    if (managing.asked.length > 1) break
    await member.process.kill()
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    await member.process.start()
  }
  await until('it was asked again', () => managing.asked.length === 2)
  const [first, second] = managing.asked
  assert.equal(first!.request.attrs.id, second!.request.attrs.id)
  for (const { outer, request } of managing.asked) managing.answer(outer, resultOf(request, done))
  assert.equal((await answer).attrs.type, 'result')
  await settle(juliet)
  assert.deepEqual(juliet.takeAll('iq'), [])
})
