import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { codecs, Op } from '@heliograph/bus'
import { partitionOf } from '@heliograph/ownership'
import { Stanza } from '@heliograph/stanza'
import { RawClient, type RawStreamOptions } from '@heliograph/testkit'
import { DOMAIN, type EdgeFixture, edgeFixture } from './edge-fixture.ts'

const AT = { host: '127.0.0.1', port: 0 }
const LOGIN = { user: 'juliet', password: 'r0m30myr0m30', resource: 'balcony' }
const ROMEO = "<message to='romeo@montague.example' id='1'><body>é</body></message>"
const OPEN = `<stream:stream to='${DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture({
    listen: { c2s: AT, c2sTls: AT, http: AT, https: AT },
    limits: { connectionsPerAddress: 20 },
  })
})
after(() => fixture[Symbol.asyncDispose]())

function port(name: string, of = fixture): number {
  return Number(of.running.addresses[name]!.split(':').at(-1))
}

const transports: [NonNullable<RawStreamOptions['transport']>, string][] = [
  ['starttls', 'c2s'],
  ['tls', 'c2sTls'],
  ['ws', 'http'],
  ['wss', 'https'],
  ['bosh', 'http'],
  ['boshs', 'https'],
]

for (const [transport, listener] of transports) {
  test(`a client logs in and talks over ${transport}`, async () => {
    const { owner } = fixture
    await using client = await RawClient.login({ transport, port: port(listener), domain: DOMAIN }, LOGIN)
    assert.equal(client.jid, 'juliet@capulet.example/balcony')
    owner.heard.length = 0
    client.send(ROMEO)
    const sent = await until(() => owner.heardOps(Op.stanza)[0])
    assert.match(sent.stanza!.toString(), /<body>é<\/body>/)
    owner.say(sent, Op.deliver, (envelope) => {
      envelope.stanza = new Stanza({ name: 'message', id: 'back', payload: Buffer.from('<body>ü</body>') })
    })
    const message = await client.expect('message')
    assert.equal(message.getChildText('body'), 'ü')
    await client.close()
    const closed = await until(() => owner.heardOps(Op.closed)[0])
    assert.equal(codecs.closed.decode(closed.body!).lost, false)
  })
}

for (const binding of ['tls-exporter', 'tls-server-end-point'] as const) {
  test(`authentication is bound to the channel by ${binding}`, async () => {
    await using client = await RawClient.login(
      { transport: 'starttls', port: port('c2s'), domain: DOMAIN },
      { ...LOGIN, mechanism: 'SCRAM-SHA-256-PLUS', binding },
    )
    assert.equal(client.jid, 'juliet@capulet.example/balcony')
  })
}

test('a page is offered nothing that is bound to TLS, which it does not see', async () => {
  const options = { transport: 'wss', port: port('https'), domain: DOMAIN } as const
  await using page = await RawClient.connect({ ...options, headers: { origin: 'https://chat.example' } })
  const offer = String(await page.open())
  assert.match(offer, /<mechanism>SCRAM-SHA-256<\/mechanism>/)
  assert.doesNotMatch(offer, /-PLUS|sasl-channel-binding|<mechanism>HT-SHA-256-(ENDP|EXPR)/)
  await using other = await RawClient.connect(options)
  assert.match(String(await other.open()), /<mechanism>SCRAM-SHA-256-PLUS<\/mechanism>/)
})

test('a lost connection is told as lost', async () => {
  const { owner } = fixture
  await using client = await RawClient.login({ port: port('c2s'), domain: DOMAIN }, { ...LOGIN, sm: true })
  owner.heard.length = 0
  client.cut()
  const closed = await until(() => owner.heardOps(Op.closed)[0])
  assert.equal(codecs.closed.decode(closed.body!).lost, true)
})

test('plain text after <starttls/> is not taken for what comes inside TLS', async () => {
  const socket = connect(port('c2s'), '127.0.0.1')
  socket.write(
    `${OPEN}<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${OPEN}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>`,
  )
  let answer = ''
  for await (const chunk of socket) {
    answer += chunk.toString()
    if (answer.includes('<proceed')) break
  }
  assert.doesNotMatch(answer.slice(answer.indexOf('<proceed')), /stream|failure/)
})

test('direct TLS answers with the protocol of clients', async () => {
  const socket = connectTls({
    port: port('c2sTls'),
    host: '127.0.0.1',
    ALPNProtocols: ['xmpp-client'],
    rejectUnauthorized: false,
  })
  await once(socket, 'secureConnect')
  assert.equal(socket.alpnProtocol, 'xmpp-client')
  socket.destroy()
})

test('host-meta is served', async () => {
  const response = await fetch(`http://127.0.0.1:${port('http')}/.well-known/host-meta.json`)
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  const { links } = (await response.json()) as { links: { href: string }[] }
  assert.equal(links[0]?.href, `wss://127.0.0.1:${port('https')}/xmpp-websocket`)
  assert.equal((await fetch(`http://127.0.0.1:${port('http')}/`)).status, 404)
})

test('an HTTP connection that sends no whole request, or reads no answer, is closed by and by', async () => {
  await using patient = await edgeFixture({ listen: { http: AT }, limits: { timeToAuthenticateSeconds: 600 } })
  const [silent, slow, busy] = [1, 2, 3].map(() => connect(port('http', patient), '127.0.0.1'))
  const head = 'POST /http-bind/ HTTP/1.1\r\nHost: x\r\nContent-Length: '
  slow!.write(`${head}100\r\n\r\n<body`)
  const body = `<body xmlns='http://jabber.org/protocol/httpbind' rid='1' to='${DOMAIN}' wait='60' hold='1'/>`
  busy!.write(`${head}${body.length}\r\n\r\n${body}`)
  const sid = /sid='([^']+)'/.exec(await firstOf(busy!))?.[1]
  patient.advance(50_000)
  const next = body.replace("rid='1'", `rid='2' sid='${sid}'`)
  busy!.write(`${head}${next.length}\r\n\r\n${next}`)
  await until(() => ([...patient.running.edge.connections][0]?.heard === 50_000 ? true : undefined))
  patient.advance(26_000)
  await Promise.all([once(silent!, 'close'), once(slow!, 'close')])
  assert.equal(busy!.closed, false)
  busy!.destroy()
})

test('an address gets no more connections than it may have', async () => {
  await using few = await edgeFixture({ listen: { c2s: AT }, limits: { connectionsPerAddress: 2 } })
  const sockets = [1, 2, 3].map(() => connect(port('c2s', few), '127.0.0.1'))
  await once(sockets[2]!, 'close')
  assert.equal(few.running.edge.connections.size, 2)
  for (const socket of sockets) socket.destroy()
})

test('an edge has no more connections than it may have', async () => {
  await using few = await edgeFixture({ listen: { c2s: AT }, limits: { connections: 2 } })
  const sockets = [1, 2, 3].map(() => connect(port('c2s', few), '127.0.0.1'))
  await once(sockets[2]!, 'close')
  assert.equal(few.running.edge.connections.size, 2)
  for (const socket of sockets) socket.destroy()
})

test('trusted proxies say who the client is, through every listener', async () => {
  await using proxied = await edgeFixture({
    listen: { c2s: AT, c2sTls: AT, http: AT, https: AT },
    proxyProtocol: { trusted: ['127.0.0.0/8'] },
  })
  const header = 'PROXY TCP4 192.0.2.7 198.51.100.1 4711 5222\r\n'
  const plain = connect(port('c2s', proxied), '127.0.0.1')
  plain.write(header + OPEN)
  assert.match(await firstOf(plain), /<stream:features>/)

  const secured = connect(port('c2sTls', proxied), '127.0.0.1')
  secured.write(header)
  const tls = connectTls({ socket: secured, rejectUnauthorized: false })
  await once(tls, 'secureConnect')
  tls.write(OPEN)
  assert.match(await firstOf(tls), /<stream:stream/)

  const addresses = [...proxied.running.edge.connections].map(({ address }) => address)
  assert.deepEqual(addresses, ['192.0.2.7', '192.0.2.7'])

  const web = connect(port('http', proxied), '127.0.0.1')
  web.write(`${header}GET /.well-known/host-meta HTTP/1.1\r\nHost: x\r\n\r\n`)
  assert.match(await firstOf(web), /^HTTP\/1.1 200/)

  const bare = connect(port('c2s', proxied), '127.0.0.1')
  bare.write(OPEN)
  await once(bare, 'close')
  for (const socket of [plain, tls, web]) socket.destroy()
})

test('a drain closes everyone, resumable, and takes nobody new', async () => {
  await using leaving = await edgeFixture({ listen: { c2s: AT }, drain: { pacePerSecond: 20 } })
  const options = { port: port('c2s', leaving), domain: DOMAIN }
  const clients = await Promise.all(
    ['a', 'b', 'c'].map((resource) => RawClient.login(options, { ...LOGIN, resource, sm: true })),
  )
  const draining = leaving.running.drain(new AbortController().signal)
  for (const client of clients) {
    const error = await client.expect('error')
    assert.equal(error.getChild('system-shutdown') !== undefined, true)
  }
  await draining
  const lost = leaving.owner.heardOps(Op.closed).map(({ body }) => codecs.closed.decode(body!).lost)
  assert.deepEqual(lost, [true, true, true])
  await assert.rejects(RawClient.connect(options))
})

test('clients that come back all at once are told apart', async () => {
  const clients = await Promise.all(
    Array.from({ length: 15 }, (_, i) =>
      RawClient.login({ port: port('c2s'), domain: DOMAIN }, { ...LOGIN, resource: `r${i}` }),
    ),
  )
  const partition = partitionOf('juliet@capulet.example')
  const conns = [...fixture.running.edge.connections].filter(({ session }) => session).map(({ number }) => number)
  fixture.owner.say({ partition, conn: 0 }, Op.deliver, (envelope) => {
    envelope.conns = conns
    envelope.stanza = new Stanza({ name: 'message', id: 'all' })
  })
  const to = await Promise.all(clients.map(async (client) => (await client.expect('message')).attrs.to === client.jid))
  assert.deepEqual(new Set(to), new Set([true]))
  for (const client of clients) client.cut()
})

async function firstOf(socket: NodeJS.ReadableStream): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return chunk.toString()
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 500; i++) {
    const found = look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('it did not happen')
}
