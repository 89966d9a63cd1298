/** Components that connect with TLS and SASL and bind hostnames (XEP-0225). */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  bothModes,
  Cluster,
  type LoginOptions,
  RawClient,
  RawComponent,
  type Site,
  SlixmppComponent,
  slixmppAvailable,
} from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { errorOf, newcomer, say, saying } from '../support/actor.ts'

const SECRET = 'wherefore-art-thou'
const BINDING = 'urn:xmpp:component:0'

const scenario = await bothModes({
  counts: { edge: 1, fanout: 1, muc: 1, pubsub: 1 },
  config: {
    components: [
      // The other gateway hears of a stream a moment later than the component does: until then what is for it waits there.
      { domains: ['chat.example', 'foo.example'], password: SECRET, authentication: ['sasl'], waitSeconds: 2 },
      { domains: ['both.example'], password: SECRET, authentication: ['handshake', 'sasl'], waitSeconds: 30 },
      { domains: ['secure.example'], password: SECRET, authentication: ['sasl'], tls: true },
      { domains: ['lone.example'], password: SECRET, authentication: ['sasl'], streams: 1 },
      { domains: ['far.example'], password: SECRET, authentication: ['sasl'], from: ['203.0.113.0/24'] },
      { domains: ['old.example'], password: SECRET },
    ],
  },
})

interface Coming extends Partial<LoginOptions> {
  readonly gateway?: number
  readonly transport?: 'starttls' | 'tls' | 'tcp'
  /** Attributes of its header. */
  readonly header?: string
}

const connect = (site: Site, { gateway = 0, transport = 'starttls', header }: Coming = {}) => {
  const { component, componentTls } = site.gateway(gateway)
  const port = transport === 'tls' ? componentTls! : component!
  return RawClient.connect({ port, transport, domain: site.domain, ...(header && { namespaces: header }) })
}

/** Authenticated; nothing is bound. */
async function authenticated(site: Site, user: string, coming: Coming = {}): Promise<RawClient> {
  const client = await connect(site, coming)
  await client.open()
  await client.authenticate({ user, password: SECRET, ...coming })
  return client
}

let ids = 0
const ask = (client: RawClient, name: 'bind' | 'unbind', hostname?: string) => {
  const inside = hostname === undefined ? '' : `<hostname>${hostname}</hostname>`
  return client.request(`<iq type='set' id='b${ids++}'><${name} xmlns='${BINDING}'>${inside}</${name}></iq>`)
}
const boundIn = (answer: Element) => answer.getChild('bind', BINDING)?.getChildText('hostname')

async function bound(site: Site, hostname: string, coming: Coming = {}): Promise<RawClient> {
  const client = await authenticated(site, hostname, coming)
  assert.equal(boundIn(await ask(client, 'bind', hostname)), hostname)
  return client
}

async function conditionThatEnds(client: RawClient): Promise<string | undefined> {
  const error = await client.expect((it) => it.name === 'error' || it.name === 'stream:error')
  await client.ended
  return error.children.find((child): child is Element => typeof child !== 'string')?.name
}

scenario('a component proves itself as a client does, and binds its hostnames to one stream', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  await using chat = await authenticated(site, 'chat.example')
  const feature = chat.features?.getChild('bind', BINDING)
  assert.ok(feature?.getChild('required', BINDING))
  assert.equal(boundIn(await ask(chat, 'bind')), 'chat.example')
  assert.equal(boundIn(await ask(chat, 'bind', 'foo.example')), 'foo.example')
  assert.equal(errorOf(await ask(chat, 'bind', 'foo.example')), 'cancel/conflict')
  assert.equal(errorOf(await ask(chat, 'bind', 'both.example')), 'cancel/not-allowed')
  assert.equal(errorOf(await ask(chat, 'bind', 'foo.example/one')), 'modify/bad-request')
  assert.equal(errorOf(await ask(chat, 'unbind')), 'modify/bad-request')
  assert.equal(errorOf(await ask(chat, 'unbind', 'both.example')), 'cancel/item-not-found')

  for (const hostname of ['chat.example', 'foo.example']) {
    say(juliet, `nurse@${hostname}`, `to ${hostname}`)
    const heard = await chat.expect(saying(`to ${hostname}`))
    assert.deepEqual([heard.attrs.to, heard.getNS()], [`nurse@${hostname}`, 'jabber:client'])
    chat.send(`<message from='nurse@${hostname}' to='${juliet.jid}'><body>from ${hostname}</body></message>`)
    assert.equal((await juliet.expect(saying(`from ${hostname}`))).attrs.from, `nurse@${hostname}`)
  }
  const disco = `<query xmlns='http://jabber.org/protocol/disco#info'/>`
  const info = await chat.request(`<iq type='get' id='info' from='chat.example'>${disco}</iq>`)
  assert.deepEqual([info.attrs.type, info.attrs.from], ['result', site.domain])

  assert.equal((await ask(chat, 'unbind', 'foo.example')).attrs.type, 'result')
  say(juliet, 'foo.example', 'anybody?')
  assert.equal(errorOf(await juliet.expect(saying('anybody?'))), 'wait/remote-server-timeout')
  chat.send(`<message to='${juliet.jid}'><body>whose?</body></message>`)
  assert.equal((await juliet.expect(saying('whose?'))).attrs.from, 'chat.example', 'the only one that is left')
  chat.send(`<message from='foo.example' to='${juliet.jid}'><body>no</body></message>`)
  assert.equal(await conditionThatEnds(chat), 'invalid-from')
})

scenario('by each mechanism, with and without TLS', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  const ways: readonly Coming[] = [
    { mechanism: 'SCRAM-SHA-256-PLUS', binding: 'tls-exporter' },
    { mechanism: 'SCRAM-SHA-512', transport: 'tls' },
    { mechanism: 'PLAIN' },
    { mechanism: 'SCRAM-SHA-1', transport: 'tcp', header: `from='both.example'` },
  ]
  for (const way of ways) {
    await using both = await bound(site, 'both.example', way)
    say(juliet, 'both.example', `by ${way.mechanism}`)
    await both.expect(saying(`by ${way.mechanism}`))
    await both.close()
  }
  await using plain = await connect(site, { transport: 'tcp' })
  const features = await plain.openStream()
  const offered = features.getChild('mechanisms')?.getChildren('mechanism') ?? []
  assert.ok(!offered.some((it) => it.getText() === 'PLAIN'), 'not in plain text')
})

scenario('who isn’t a component, or may not come so, is refused', async (site) => {
  const failing = async (coming: Coming, user: string, password = SECRET) => {
    const client = await connect(site, coming)
    await client.open()
    await assert.rejects(client.authenticate({ user, password }), /not-authorized/)
    client.cut()
  }
  await failing({}, 'chat.example', 'wrong')
  await failing({}, 'old.example')
  await failing({}, 'unheard.example')
  await failing({}, 'user@chat.example')

  for (const [header, condition] of [
    [`from='old.example'`, 'invalid-from'],
    [`from='far.example'`, 'policy-violation'],
  ] as const) {
    await using client = await connect(site, { header, transport: 'tcp' })
    void client.openStream().catch(() => {})
    assert.equal(await conditionThatEnds(client), condition)
  }
  await using stranger = await RawClient.connect({
    port: site.gateway().component!,
    domain: 'elsewhere.example',
    transport: 'tcp',
  })
  void stranger.openStream().catch(() => {})
  assert.equal(await conditionThatEnds(stranger), 'host-unknown')

  const inPlain = { transport: 'tcp', header: `from='secure.example'` } as const
  await using named = await connect(site, inPlain)
  const features = await named.openStream()
  assert.ok(features.getChild('starttls')?.getChild('required'))
  assert.equal(features.getChild('mechanisms'), undefined)
  await using unnamed = await connect(site, { transport: 'tcp' })
  await unnamed.openStream()
  void unnamed.authenticate({ user: 'secure.example', password: SECRET }).catch(() => {})
  assert.equal(await conditionThatEnds(unnamed), 'policy-violation')
  await using secure = await bound(site, 'secure.example')

  await using eager = await authenticated(site, 'chat.example')
  eager.send(`<message from='chat.example' to='a@${site.domain}'/>`)
  assert.equal(await conditionThatEnds(eager), 'not-authorized')
  await using odd = await connect(site)
  await odd.open()
  odd.send(`<iq type='set' id='early'><bind xmlns='${BINDING}'/></iq>`)
  assert.equal(await conditionThatEnds(odd), 'not-authorized')

  await using _lone = await bound(site, 'lone.example')
  await using another = await authenticated(site, 'lone.example')
  assert.equal(errorOf(await ask(another, 'bind', 'lone.example')), 'wait/resource-constraint')
  await secure.close()

  const guesser = await connect(site)
  await guesser.open()
  for (let left = 20; left > 0 && !(await guesses(guesser)); left--);
  assert.equal(await conditionThatEnds(guesser), 'policy-violation')

  const handshake = await RawComponent.connect({
    port: site.gateway().component!,
    domain: 'chat.example',
    secret: SECRET,
  })
  const error = await handshake.expect('error')
  assert.ok(error.getChild('policy-violation'))
})

/** Whether there was one too many. */
async function guesses(client: RawClient): Promise<boolean> {
  const answer = await client
    .authenticate({ user: 'chat.example', password: 'guess', mechanism: 'PLAIN' })
    .catch(String)
  await new Promise((resolve) => setTimeout(resolve, 20))
  return String(answer).includes('closed') || client.received.some((it) => it.name === 'error')
}

scenario('streams of both kinds share a component’s work, and outlive a gateway', async (site, test) => {
  await using juliet = await newcomer(site, 'juliet')
  await using older = await RawComponent.login({
    port: site.gateway(0).component!,
    domain: 'both.example',
    secret: SECRET,
  })
  await using newer = await bound(site, 'both.example', { gateway: 1 })
  const lines = (from: number) => Array.from({ length: 10 }, (_, i) => `line ${from + i}`)
  for (const line of lines(0)) say(juliet, 'both.example', line)
  await Promise.race([older, newer].map((stream) => stream.expect(saying('line 9'))))
  if (site.server instanceof Cluster) await site.server.of('gateway')[0]!.process.kill()
  else {
    test.diagnostic('there is one gateway')
    older.cut()
  }
  for (const line of lines(10)) say(juliet, 'both.example', line)
  for (const line of lines(10)) await newer.expect(saying(line), 60_000)
  if (site.server instanceof Cluster) await site.server.of('gateway')[0]!.process.start()
})

if (slixmppAvailable())
  scenario('slixmpp secures the stream, authenticates and binds', async (site) => {
    await using juliet = await newcomer(site, 'juliet')
    const ports = [0, 1].map((gateway) => site.gateway(gateway).component!)
    const { domain, certificate } = site.description
    const server = { domain, certificate }
    const options = { domain: 'chat.example', secret: SECRET, ports, server }
    await using py = new SlixmppComponent(options)
    await py.until(({ event }) => event === 'online')
    say(juliet, 'lark@chat.example', 'it was the nightingale')
    assert.equal((await juliet.expect(saying('echo: it was the nightingale'))).attrs.from, 'lark@chat.example')
    py.ask(site.domain)
    await py.until(({ event }) => event === 'answer')
  })

scenario('openssl starts TLS inside the stream', async (site) => {
  const connectTo = `127.0.0.1:${site.gateway().component}`
  const openssl = spawn('openssl', ['s_client', '-connect', connectTo, '-starttls', 'xmpp', '-xmpphost', site.domain])
  let said = ''
  openssl.stdout.on('data', (chunk) => {
    said += String(chunk)
    if (said.includes('Verify return code')) openssl.stdin.end()
  })
  await once(openssl, 'close')
  assert.match(said, /BEGIN CERTIFICATE/)
  assert.match(said, /Cipher is/)
})
