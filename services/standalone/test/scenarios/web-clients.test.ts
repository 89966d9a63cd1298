/** Clients over HTTP behind proxies, how they find their way, and those that can only poll. */
import assert from 'node:assert/strict'
import { bothModes, RawBosh, RawClient, type Site } from '@heliograph/testkit'
import { isPresence, newcomer, say, saying } from '../support/actor.ts'
import { control } from '../support/control.ts'
import { befriend } from '../support/friends.ts'

const PROXY = '127.0.0.2'
const STRANGER = '127.0.0.4'
const CLIENT = '203.0.113.7'
const PER_ADDRESS = 30

const scenario = await bothModes({
  counts: { session: 1, fanout: 1, muc: 1, pubsub: 1, gateway: 1 },
  config: {
    web: {
      trustedProxies: [`${PROXY}/32`, '127.0.0.3/32'],
      publicAddresses: ['192.0.2.80'],
      polling: { enabled: true, requestsPerMinute: 6_000 },
    },
    limits: { connectionsPerAddress: PER_ADDRESS },
  },
})

interface Shown {
  readonly address: string
  readonly secure: boolean
  readonly transport: string
}

async function shown(site: Site, jid: string): Promise<Shown | undefined> {
  const { data } = await control(site, ['sessions', jid])
  return (data as { sessions: Shown[] }).sessions[0]
}

for (const transport of ['ws', 'bosh'] as const) {
  scenario(`the address is that which a trusted proxy tells, over ${transport}`, async (site) => {
    const person = await site.person('alice')
    const headers = { 'x-forwarded-for': `192.0.2.66, ${CLIENT}, 127.0.0.3`, 'x-forwarded-proto': 'https' }
    const login = async (localAddress: string) => {
      await using client = await RawClient.login({ ...site.at(1, transport), localAddress, headers }, person)
      const offered = client.received.some((it) => it.toString().includes('>PLAIN<'))
      const { address, secure, transport: kind } = (await shown(site, client.jid))!
      await client.close()
      return { address, secure, kind, offered }
    }
    const kind = transport === 'ws' ? 'websocket' : 'bosh'
    // What the client does is encrypted up to the proxy.
    assert.deepEqual(await login(PROXY), { address: CLIENT, secure: true, kind, offered: true })
    assert.deepEqual(await login(STRANGER), { address: STRANGER, secure: false, kind, offered: false })
  })
}

scenario('many clients come through a proxy, but not too many from one address', async (site) => {
  const sessions: RawBosh[] = []
  const come = (from: string) => {
    const headers = { 'x-forwarded-for': from }
    const session = new RawBosh({ ports: [site.edge(0).http!], localAddress: PROXY, headers })
    sessions.push(session)
    return session.create(site.domain)
  }
  for (let i = 0; i <= PER_ADDRESS; i++) {
    const { attributes } = await come(`198.51.100.${i}`)
    assert.ok(attributes.sid)
  }
  for (let i = 0; i < PER_ADDRESS; i++) await come('203.0.113.99')
  const refused = await come('203.0.113.99')
  assert.equal(refused.attributes.condition, 'policy-violation')
  const person = await site.person('alice')
  const from = { localAddress: PROXY, headers: { 'x-forwarded-for': '203.0.113.99' } }
  await assert.rejects(RawClient.login({ ...site.at(0, 'ws'), ...from }, person), /429/)
  for (const session of sessions) {
    if (session.sid !== undefined) await session.post({ type: 'terminate' })
    session.cut()
  }
})

scenario('host-meta says where to connect', async (site) => {
  const { http, https, c2sTls } = site.edge(0)
  const response = await fetch(`http://127.0.0.1:${http}/.well-known/host-meta.json`)
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  const { xmpp, links } = (await response.json()) as { xmpp: object; links: { href?: string; port?: number }[] }
  assert.deepEqual(xmpp, { ttl: 3600 })
  assert.deepEqual(
    links.map(({ href, port }) => href ?? port),
    [c2sTls, `wss://127.0.0.1:${https}/xmpp-websocket`, `https://127.0.0.1:${https}/http-bind`],
  )
  const xrd = await fetch(`http://127.0.0.1:${http}/.well-known/host-meta`)
  assert.equal(xrd.headers.get('content-type'), 'application/xrd+xml')
  const text = await xrd.text()
  assert.match(text, /urn:xmpp:alt-connections:websocket/)
  assert.match(text, /urn:xmpp:alt-connections:xbosh/)
})

scenario('a client that can only poll chats, at two edges in turn', async (site) => {
  const person = await site.person('juliet')
  const [first, second] = [site.at(0, 'poll'), site.at(1, 'poll')]
  const juliet = await RawClient.login({ ...first, laterPorts: [first.port, second.port] }, person)
  await using romeo = await newcomer(site, 'romeo', { edge: 1 })
  juliet.send('<presence/>')
  await befriend(juliet, romeo)
  say(juliet, romeo.jid, 'her words')
  await romeo.expect(saying('her words'))
  say(romeo, juliet.jid, 'his words')
  await juliet.expect(saying('his words'))
  assert.equal((await shown(site, juliet.jid))?.transport, 'polling')
  await juliet.close()
  await romeo.expect((it) => isPresence(it, juliet.jid, 'unavailable'))
})
