/** External components (XEP-0114): who may be one, what goes through them, what happens when they come and go. And the server's own: the proxy for bytestreams (XEP-0065). */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  bothModes,
  Cluster,
  type RawClient,
  RawComponent,
  type Site,
  SlixmppComponent,
  slixmppAvailable,
  XmppJsComponent,
} from '@heliograph/testkit'
import { bareOf, enter, errorOf, isPresence, newcomer, say, saying, settle } from '../support/actor.ts'
import { heardFrom, refusal, until } from '../support/components.ts'
import { subscribe } from '../support/friends.ts'
import { pigeonGateway } from '../support/pigeons.ts'
import { getRoster, nextPush } from '../support/roster.ts'
import { hashOf, readAll, throughProxy } from '../support/socks.ts'

let ids = 0

const SECRET = 'three-may-keep-one'
const domains = [
  'echo.localhost',
  'odd.localhost',
  'twins.localhost',
  'patient.example',
  'js.example',
  'py.example',
  'push.example',
  'pigeons.example',
]
const scenario = await bothModes({
  counts: { edge: 1, fanout: 1, muc: 1, pubsub: 1 },
  config: {
    proxy65: { enabled: true, host: '127.0.0.1' },
    components: [
      { domains, password: SECRET, waitSeconds: 60 },
      { domains: ['quiet.example'], password: SECRET, waitSeconds: 1 },
      { domains: ['secure.example'], password: SECRET, tls: true },
      { domains: ['far.example'], password: SECRET, from: ['203.0.113.0/24'] },
      { domains: ['trusted.example'], password: SECRET, privileges: { roster: 'both', message: 'outgoing' } },
      { domains: ['lone.example'], password: SECRET, streams: 1 },
    ],
  },
})

const at = (site: Site, domain: string, gateway = 0) => ({
  port: site.gateway(gateway).component!,
  domain,
  secret: SECRET,
})

scenario('a component and a user write to each other, ask each other, and see each other', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  await using echo = await RawComponent.login(at(site, 'echo.localhost', 1))
  const me = `nurse@echo.localhost`

  say(juliet, `${me}/attic`, 'o honey nurse')
  const heard = await echo.expect(saying('o honey nurse'))
  assert.deepEqual(
    [heard.attrs.from, heard.attrs.to, heard.getNS()],
    [juliet.jid, `${me}/attic`, 'jabber:component:accept'],
  )
  echo.send(`<message from='${me}' to='${bareOf(juliet.jid)}' type='chat'><body>what news?</body></message>`)
  assert.equal((await juliet.expect(saying('what news?'))).attrs.from, me)

  const disco = `<query xmlns='http://jabber.org/protocol/disco#info'/>`
  const asked = juliet.request(`<iq type='get' id='q1' to='echo.localhost'>${disco}</iq>`)
  const { attrs } = await echo.expect(({ name }) => name === 'iq')
  echo.send(`<iq type='result' id='${attrs.id}' from='echo.localhost' to='${attrs.from}'>${disco}</iq>`)
  assert.equal((await asked).attrs.from, 'echo.localhost')
  const info = await echo.request(`<iq type='get' id='q2' from='${me}' to='${site.domain}'>${disco}</iq>`)
  assert.ok(info.getChild('query')?.getChild('identity'))
  const items = await juliet.request(
    `<iq type='get' id='q3' to='${site.domain}'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
  )
  const listed =
    items
      .getChild('query')
      ?.getChildren('item')
      .map((item) => item.attrs.jid) ?? []
  assert.deepEqual([listed.includes('echo.localhost'), listed.includes('quiet.example')], [true, false])

  juliet.send(`<presence to='${me}' type='subscribe'/>`)
  await echo.expect((it) => it.name === 'presence' && it.attrs.type === 'subscribe')
  echo.send(
    `<presence from='${me}' to='${bareOf(juliet.jid)}' type='subscribed'/><presence from='${me}/attic' to='${bareOf(juliet.jid)}'/>`,
  )
  await juliet.expect((it) => it.name === 'presence' && it.attrs.from === `${me}/attic`)
  echo.send(`<presence from='${me}' to='${bareOf(juliet.jid)}' type='subscribe'/>`)
  await juliet.expect((it) => it.name === 'presence' && it.attrs.type === 'subscribe')
  juliet.send(`<presence to='${me}' type='subscribed'/>`)
  await echo.expect((it) => it.name === 'presence' && it.attrs.from === juliet.jid && it.attrs.type === undefined)
  const { items: contacts } = await getRoster(juliet)
  assert.deepEqual(
    contacts?.map(({ jid, subscription }) => [jid, subscription]),
    [[me, 'both']],
  )
  await echo.request(`<iq type='get' id='q4' from='${me}' to='nobody@${site.domain}'>${disco}</iq>`)
})

scenario('what only one who isn’t a component would say ends the stream, with the right error', async (site) => {
  const connect = (domain: string, more = {}) => RawComponent.connect({ ...at(site, domain), ...more })
  assert.equal(await refusal(await connect('unheard.example')), 'host-unknown')
  assert.equal(await refusal(await connect('odd.localhost', { content: 'jabber:client' })), 'invalid-namespace')
  assert.equal(await refusal(await connect('secure.example')), 'policy-violation')
  assert.equal(await refusal(await connect('far.example')), 'policy-violation')
  const early = await connect('odd.localhost')
  early.send(`<message from='odd.localhost' to='a@localhost'/>`)
  assert.equal(await refusal(early), 'not-authorized')
  const wrong = await connect('odd.localhost')
  const failed = wrong.handshake('0'.repeat(40))
  assert.equal(await refusal(wrong), 'not-authorized')
  await assert.rejects(failed)
  await using _one = await RawComponent.login(at(site, 'lone.example'))
  const second = await connect('lone.example')
  const refused = second.handshake()
  assert.equal(await refusal(second), 'conflict')
  await assert.rejects(refused)

  for (const [said, condition] of [
    [`<message from='a@elsewhere.example' to='b@localhost'/>`, 'invalid-from'],
    [`<message from='a@localhost' to='b@localhost'/>`, 'invalid-from'],
    [`<message to='b@localhost'/>`, 'improper-addressing'],
    [`<message from='odd.localhost'/>`, 'improper-addressing'],
    [`<handshake/>`, 'unsupported-stanza-type'],
    [`<message xmlns='jabber:client' from='odd.localhost' to='x@@y'></presence>`, 'not-well-formed'],
  ] as const) {
    const odd = await RawComponent.login(at(site, 'odd.localhost'))
    odd.send(said)
    assert.equal(await refusal(odd), condition, said)
  }
  await using careless = await RawComponent.login(at(site, 'odd.localhost'))
  careless.send(`<message from='odd.localhost' to='x@@y' id='m'/>`)
  assert.equal(errorOf(await careless.expect('message')), 'modify/jid-malformed')
})

scenario('over TLS', async (site) => {
  const { componentTls } = site.gateway()
  await using secure = await RawComponent.login({
    ...at(site, 'secure.example'),
    port: componentTls!,
    transport: 'tls',
  })
  await using romeo = await newcomer(site, 'romeo')
  say(romeo, 'vault@secure.example', 'sealed')
  await secure.expect(saying('sealed'))
})

scenario(
  'what is for a component that is away comes back, once; one that is away for a moment gets it',
  async (site) => {
    await using romeo = await newcomer(site, 'romeo')
    const first = await RawComponent.login(at(site, 'patient.example'))
    say(romeo, 'patient.example', 'one')
    await first.expect(saying('one'))
    await first.close()
    say(romeo, 'patient.example', 'two')
    await using second = await RawComponent.login(at(site, 'patient.example', 1))
    await second.expect(saying('two'))

    say(romeo, 'quiet.example', 'anybody?')
    assert.equal(errorOf(await romeo.expect(saying('anybody?'))), 'wait/remote-server-timeout')
    await settle(romeo)
    assert.deepEqual(romeo.takeAll('message'), [])
  },
)

scenario('streams of one component share its people, and take over from each other', async (site) => {
  await using juliet = await newcomer(site, 'juliet', { edge: 0 })
  await using romeo = await newcomer(site, 'romeo', { edge: 1 })
  const streams = [
    await RawComponent.login(at(site, 'twins.localhost', 0)),
    await RawComponent.login(at(site, 'twins.localhost', 1)),
  ]
  const people = [juliet, romeo]
  const said = (count: number) => Array.from({ length: count }, (_, i) => `line ${i}`)
  const reached = (from: string, line: string) => streams.find((stream) => heardFrom(stream, from).includes(line))
  for (let i = 0; i < 20; i++) for (const person of people) say(person, `a${i}@twins.localhost`, `line ${i}`)
  await until('all came', () => people.every(({ jid }) => said(20).every((line) => reached(jid, line) !== undefined)))
  // From here on everything of hers is at one of them, which goes without a word.
  const hers = reached(juliet.jid, 'line 19')!
  const his = streams.find((stream) => stream !== hers)!
  const before = heardFrom(his, juliet.jid).length
  hers.cut()
  say(juliet, 'twins.localhost', 'line 20')
  say(juliet, 'twins.localhost', 'line 21')
  await until('the other has what was written since', () => heardFrom(his, juliet.jid).includes('line 21'))
  const since = heardFrom(his, juliet.jid).slice(before)
  assert.equal(since.at(-1), 'line 21')
  assert.deepEqual(
    since,
    [...since].sort((a, b) => Number(a.slice(5)) - Number(b.slice(5))),
    'in order',
  )
  for (const { jid } of people)
    for (const line of said(20))
      assert.equal(streams.flatMap((stream) => heardFrom(stream, jid)).filter((it) => it === line).length, 1, line)
  his.cut()
})

scenario('@xmpp/component answers and is answered', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  await using js = await XmppJsComponent.login({ ...at(site, 'js.example') })
  say(juliet, 'lark@js.example', 'it was the nightingale')
  assert.equal((await juliet.expect(saying('echo: it was the nightingale'))).attrs.from, 'lark@js.example')
  const info = await juliet.request(
    `<iq type='get' id='js1' to='js.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
  )
  assert.equal(info.getChild('query')?.getChild('identity')?.attrs.category, 'component')
  assert.equal(await js.ask(site.domain), 'result')
})

scenario('an app server may be a component (XEP-0357)', async (site) => {
  const PUSH = 'urn:xmpp:push:0'
  const bob = await site.person('bob')
  await using phone = await enter(site, bob)
  await using alice = await newcomer(site, 'alice')
  await using app = await RawComponent.login(at(site, 'push.example', 1))
  const enabled = await phone.request(
    `<iq type='set' id='push'><enable xmlns='${PUSH}' jid='push.example' node='n'/></iq>`,
  )
  assert.equal(enabled.attrs.type, 'result')
  await subscribe(alice, phone)
  await phone.close()
  await alice.expect((it) => isPresence(it, phone.jid, 'unavailable'))
  say(alice, bob.jid, 'are you there?')
  const push = await app.expect('iq')
  assert.deepEqual([push.attrs.from, push.attrs.to, push.attrs.type], [bob.jid, 'push.example', 'set'])
  const publish = push.getChild('pubsub', 'http://jabber.org/protocol/pubsub')?.getChild('publish')
  assert.ok(publish?.getChild('item')?.getChild('notification', PUSH))
  app.send(`<iq type='result' id='${push.attrs.id}' from='push.example' to='${bob.jid}'/>`)
})

scenario('a privileged component keeps rosters and speaks for users; others may not (XEP-0356)', async (site) => {
  const PRIVILEGE = 'urn:xmpp:privilege:2'
  await using juliet = await newcomer(site, 'juliet')
  await using romeo = await newcomer(site, 'romeo')
  await getRoster(juliet)
  await using trusted = await RawComponent.login(at(site, 'trusted.example', 1))
  await using echo = await RawComponent.login(at(site, 'echo.localhost'))
  const told = await trusted.expect('message')
  const permissions = told.getChild('privilege', PRIVILEGE)?.getChildren('perm') ?? []
  assert.equal(told.attrs.from, site.domain)
  assert.deepEqual(
    permissions.map(({ attrs }) => [attrs.access, attrs.type, attrs.push]),
    [
      ['roster', 'both', 'false'],
      ['message', 'outgoing', undefined],
    ],
  )

  const query = (inside = '') => `<query xmlns='jabber:iq:roster'>${inside}</query>`
  const ask = (who: RawComponent, type: 'get' | 'set', to: string, inside = '', from = who.domain) =>
    who.request(`<iq type='${type}' id='managed-${ids++}' from='${from}' to='${to}'>${query(inside)}</iq>`)
  const item = `<item jid='nurse@sms.example' name='Nurse'/>`
  const her = bareOf(juliet.jid)
  assert.equal((await ask(trusted, 'set', her, item)).attrs.type, 'result')
  assert.equal((await nextPush(juliet)).name, 'Nurse')
  const managed = (await ask(trusted, 'get', her)).getChild('query')?.getChildren('item') ?? []
  assert.deepEqual(
    managed.map(({ attrs }) => attrs.jid),
    ['nurse@sms.example'],
  )
  assert.equal(errorOf(await ask(trusted, 'get', `nobody@${site.domain}`)), 'cancel/item-not-found')
  assert.equal(errorOf(await ask(trusted, 'get', her, '', 'user@trusted.example')), 'auth/forbidden')
  assert.equal(errorOf(await ask(echo, 'get', her)), 'auth/forbidden')
  assert.equal(errorOf(await ask(echo, 'set', her, item)), 'auth/forbidden')

  const onBehalf = (who: RawComponent, from: string, body: string) =>
    who.send(
      `<message from='${who.domain}' to='${site.domain}' id='b${ids++}'><privilege xmlns='${PRIVILEGE}'><forwarded xmlns='urn:xmpp:forward:0'>` +
        `<message xmlns='jabber:client' from='${from}' to='${romeo.jid}' type='chat'><body>${body}</body></message></forwarded></privilege></message>`,
    )
  onBehalf(trusted, her, 'in her name')
  assert.equal((await romeo.expect(saying('in her name'))).attrs.from, her)
  for (const from of [juliet.jid, 'juliet@elsewhere.example', 'trusted.example']) {
    onBehalf(trusted, from, 'no')
    assert.equal(errorOf(await trusted.expect('message')), 'auth/forbidden', from)
  }
  onBehalf(echo, her, 'no')
  assert.equal(errorOf(await echo.expect('message')), 'auth/forbidden')
  await settle(romeo)
  assert.deepEqual(romeo.takeAll(saying('no')), [])
})

scenario('one registers with a gateway, chats through it and leaves it (XEP-0100)', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  await using _gateway = await pigeonGateway(at(site, 'pigeons.example', 1))
  const [gateway, nurse] = ['pigeons.example', 'the\\20nurse@pigeons.example']
  const register = (type: 'get' | 'set', inside = '') =>
    juliet.request(
      `<iq type='${type}' id='pigeon-${ids++}' to='${gateway}'><query xmlns='jabber:iq:register'>${inside}</query></iq>`,
    )
  const presence = (from: string, type?: string) => juliet.expect((it) => isPresence(it, from, type))
  const info = await juliet.request(
    `<iq type='get' id='pigeon-info' to='${gateway}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
  )
  const { category, type } = info.getChild('query')?.getChild('identity')?.attrs ?? {}
  assert.deepEqual([category, type], ['gateway', 'pigeon'])
  assert.ok((await register('get')).getChild('query')?.getChild('username'))
  assert.equal(errorOf(await register('set', '<username>nobody</username>')), 'modify/not-acceptable')
  assert.equal((await register('set', '<username>jule</username>')).attrs.type, 'result')

  await presence(gateway, 'subscribe')
  juliet.send(`<presence to='${gateway}' type='subscribe'/><presence to='${gateway}' type='subscribed'/>`)
  await presence(nurse, 'subscribe')
  juliet.send(`<presence to='${nurse}' type='subscribe'/><presence to='${nurse}' type='subscribed'/>`)
  await presence(nurse)
  say(juliet, nurse, 'what news?')
  assert.equal((await juliet.expect(saying('coo: what news?'))).attrs.from, nurse)

  assert.equal((await register('set', '<remove/>')).attrs.type, 'result')
  await presence(gateway, 'unsubscribed')
  say(juliet, nurse, 'hello?')
  assert.equal(errorOf(await juliet.expect(saying('hello?'))), 'auth/registration-required')
})

const BYTESTREAMS = 'http://jabber.org/protocol/bytestreams'
const ask = (client: RawClient, type: 'get' | 'set', to: string, payload: string) =>
  client.request(`<iq type='${type}' id='stream-${ids++}' to='${to}'>${payload}</iq>`)

const activation = (sid: string, target: string) =>
  `<query xmlns='${BYTESTREAMS}' sid='${sid}'><activate>${target}</activate></query>`

scenario('two people pass a file through the proxy', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  await using romeo = await newcomer(site, 'romeo')
  const items = await ask(juliet, 'get', site.domain, `<query xmlns='http://jabber.org/protocol/disco#items'/>`)
  const proxy = `proxy.${site.domain}`
  assert.ok(
    items
      .getChild('query')
      ?.getChildren('item')
      .some(({ attrs }) => attrs.jid === proxy),
  )
  const info = await ask(juliet, 'get', proxy, `<query xmlns='http://jabber.org/protocol/disco#info'/>`)
  const { category, type } = info.getChild('query')?.getChild('identity')?.attrs ?? {}
  assert.deepEqual([category, type], ['proxy', 'bytestreams'])
  const found = await ask(juliet, 'get', proxy, `<query xmlns='${BYTESTREAMS}'/>`)
  const { host, port, jid } = found.getChild('query')?.getChild('streamhost')?.attrs ?? {}
  assert.deepEqual([host, jid], ['127.0.0.1', proxy])

  const hash = hashOf('the-sid', juliet.jid, romeo.jid)
  const his = await throughProxy(Number(port), hash)
  assert.equal(errorOf(await ask(juliet, 'set', proxy, activation('the-sid', romeo.jid))), 'cancel/not-allowed')
  const hers = await throughProxy(Number(port), hash)
  hers.write('too early')
  await assert.rejects(throughProxy(Number(port), hash), /refused|closed/)
  assert.equal(errorOf(await ask(juliet, 'set', proxy, activation('other', romeo.jid))), 'cancel/item-not-found')
  assert.equal(errorOf(await ask(romeo, 'set', proxy, activation('the-sid', romeo.jid))), 'cancel/item-not-found')
  assert.equal((await ask(juliet, 'set', proxy, activation('the-sid', romeo.jid))).attrs.type, 'result')

  const file = randomBytes(3_000_000)
  his.write('ready')
  assert.equal(String((await once(hers, 'data'))[0]), 'ready')
  const received = readAll(his)
  hers.end(file)
  assert.ok((await received).equals(file))
})

if (slixmppAvailable())
  scenario('slixmpp’s component goes to the other gateway when its own is killed', async (site, test) => {
    await using juliet = await newcomer(site, 'juliet')
    const ports = [0, 1].map((gateway) => site.gateway(gateway).component!)
    await using py = new SlixmppComponent({ domain: 'py.example', secret: SECRET, ports })
    await py.until(({ event }) => event === 'online')
    const contact = 'lark@py.example'
    juliet.send(`<presence to='${contact}' type='subscribe'/>`)
    await juliet.expect((it) => it.name === 'presence' && it.attrs.from === contact && it.attrs.type === undefined)
    juliet.send(`<presence to='${contact}' type='subscribed'/>`)
    await py.until(({ event, from }) => event === 'available' && from === juliet.jid)
    const info = await juliet.request(
      `<iq type='get' id='py1' to='py.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    )
    const identities = info.getChild('query')?.getChildren('identity') ?? []
    assert.ok(identities.some(({ attrs }) => attrs.category === 'gateway' && attrs.type === 'sms'))
    py.ask(site.domain)
    await py.until(({ event }) => event === 'answer')
    say(juliet, contact, 'before')
    await juliet.expect(saying('echo: before'))
    if (!(site.server instanceof Cluster)) return test.diagnostic('there is one gateway')

    await site.server.of('gateway')[0]!.process.kill()
    const lines = Array.from({ length: 10 }, (_, i) => `line ${i}`)
    for (const line of lines) say(juliet, contact, line)
    for (const line of lines) await juliet.expect(saying(`echo: ${line}`), 60_000)
    await py.until(({ event }) => event === 'online', 2)
    const bodies = py.told.filter(({ event }) => event === 'message').map(({ body }) => body)
    // What was written a moment before comes again: nobody but the one who died knew that the component has it.
    const since = bodies.filter((body) => body !== 'before')
    assert.deepEqual(since, lines)
  })
