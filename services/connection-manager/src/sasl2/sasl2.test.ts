import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { codecs, Op } from '@heliograph/bus'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

const NS = "xmlns='urn:xmpp:sasl:2'"
const SM = "xmlns='urn:xmpp:sm:3'"
const base64 = (text: string) => Buffer.from(text).toString('base64')
const proof = (user = 'juliet', password = 'r0m30myr0m30', authzid = '') => base64(`${authzid}\0${user}\0${password}`)
const initial = (text: string) => `<initial-response>${text}</initial-response>`
const plain = (more = '', credentials = proof()) =>
  `<authenticate ${NS} mechanism='PLAIN'>${initial(credentials)}${more}</authenticate>`

async function ask(client: FakeClient, xml: string): Promise<string> {
  return client.say(xml) + (await client.later())
}

async function opened(from?: string): Promise<FakeClient> {
  const client = new FakeClient(fixture)
  client.open(from)
  return client
}

test('it is offered under TLS only, with what can be done inline', () => {
  const answer = new FakeClient(fixture).open()
  assert.match(answer, /<authentication xmlns='urn:xmpp:sasl:2'>(<mechanism>[A-Z0-9-]+<\/mechanism>)+<inline>/)
  assert.match(
    answer,
    /<inline><sm xmlns='urn:xmpp:sm:3'\/><bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:sm:3'\/><feature var='urn:xmpp:carbons:2'\/><feature var='urn:xmpp:csi:0'\/><\/inline><\/bind>/,
  )
  const bare = new FakeClient(fixture, 'websocket', { secure: false, address: '192.0.2.1' })
  assert.doesNotMatch(bare.open(), /urn:xmpp:sasl:2/)
  assert.match(bare.say(plain()), /<encryption-required xmlns='urn:ietf:params:xml:ns:xmpp-sasl'\/>/)
})

test('success and the features of the stream follow each other, and the stream goes on', async () => {
  const client = await opened()
  const answer = await ask(client, plain())
  assert.match(
    answer,
    /^<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>juliet@capulet.example<\/authorization-identifier><\/success><stream:features><bind /,
  )
  const bound = await ask(
    client,
    "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>x</resource></bind></iq>",
  )
  assert.match(bound, /<jid>juliet@capulet.example\/x<\/jid>/)
})

test('without an initial response there is a challenge first', async () => {
  const client = await opened()
  const challenge = await ask(client, `<authenticate ${NS} mechanism='PLAIN'/>`)
  assert.equal(challenge, `<challenge ${NS}></challenge>`)
  assert.match(await ask(client, `<response ${NS}>${proof()}</response>`), /^<success /)
})

const MISUSES: readonly (readonly [string, string, RegExp])[] = [
  [
    'an unknown mechanism',
    `<authenticate ${NS} mechanism='X'>${initial('YQ==')}</authenticate>`,
    /<invalid-mechanism /,
  ],
  ['no mechanism', `<authenticate ${NS}/>`, /<invalid-mechanism /],
  ['a mechanism not offered', `<authenticate ${NS} mechanism='SCRAM-SHA-1-PLUS'/>`, /<invalid-mechanism /],
  ['bad base64', plain('', '!!'), /<incorrect-encoding /],
  ['an equals sign for nothing', plain('', '='), /<incorrect-encoding /],
  ['a wrong password', plain('', proof('juliet', 'x')), /<not-authorized /],
  ['somebody else’s name', plain('', proof('juliet', 'r0m30myr0m30', 'romeo@capulet.example')), /<invalid-authzid /],
  ['a response to nothing', `<response ${NS}>YQ==</response>`, /<malformed-request /],
  ['an abort', `<abort ${NS}/>`, /<aborted /],
]
for (const [name, xml, condition] of MISUSES)
  test(`${name} fails, nothing inline is done, and the client may try again`, async () => {
    const client = await opened()
    fixture.owner.heard.length = 0
    const answer = await ask(client, xml.replace('</authenticate>', `<resume ${SM} h='0' previd='p'/></authenticate>`))
    assert.match(answer, /^<failure xmlns='urn:xmpp:sasl:2'>.*<text>[^<]+<\/text><\/failure>$/)
    assert.match(answer, condition)
    assert.deepEqual(fixture.owner.heard, [])
    assert.match(await ask(client, plain()), /^<success /)
  })

const INTRUSIONS: readonly (readonly [string, string])[] = [
  ['another authenticate', `<authenticate ${NS} mechanism='PLAIN'/>`],
  ['the other profile', "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>"],
  ['a stanza', "<message to='x@y'/>"],
  ['an unknown element', `<surprise ${NS}/>`],
]
for (const [name, xml] of INTRUSIONS)
  test(`${name} in the middle of an authentication ends the stream`, async () => {
    const client = await opened()
    await ask(client, `<authenticate ${NS} mechanism='PLAIN'/>`)
    assert.match(await ask(client, xml), /<stream:error><(policy-violation|unsupported-stanza-type) /)
    assert.equal(client.connection.phase.name, 'closing')
  })

test('a second authenticate after success ends the stream', async () => {
  const client = await opened()
  await ask(client, plain())
  assert.match(await ask(client, plain()), /<stream:error>/)
})

test('failures count in both profiles together', async () => {
  const client = await opened()
  const other = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${proof('juliet', 'x')}</auth>`
  for (const xml of [plain('', proof('juliet', 'x')), other, plain('', '!!'), other])
    assert.match(await ask(client, xml), /^<failure /)
  assert.match(await ask(client, plain('', proof('juliet', 'x'))), /<not-authorized .*<policy-violation /)
})

test('who asks to act as somebody is the one the stream was opened for', async () => {
  const authzid = 'juliet@capulet.example'
  for (const [from, expected] of [
    ['juliet@capulet.example', /^<success /],
    ['romeo@capulet.example', /<invalid-authzid /],
  ] as const) {
    const client = await opened(from)
    assert.match(await ask(client, plain('', proof('juliet', 'r0m30myr0m30', authzid))), expected)
  }
})

test('a lost session is resumed within success', async () => {
  const client = await opened()
  fixture.owner.resumable = { jid: 'juliet@capulet.example/balcony', h: 3, base: 2 }
  const answer = await ask(client, plain(`<resume ${SM} h='4' previd='old'/>`))
  fixture.owner.resumable = undefined
  assert.match(
    answer,
    /^<success [^>]+><authorization-identifier>juliet@capulet.example\/balcony<\/authorization-identifier><resumed xmlns='urn:xmpp:sm:3' previd='old' h='3'\/><\/success><stream:features><ver /,
  )
  assert.equal(client.connection.phase.name, 'bound')
  assert.doesNotMatch(answer, /<bind |<sm /)
})

test('a session that is gone leaves the client authenticated', async () => {
  for (const [resume, failed] of [
    [`<resume ${SM} h='4' previd='gone'/>`, "<failed xmlns='urn:xmpp:sm:3' h='7'><item-not-found "],
    [`<resume ${SM} h='x' previd='gone'/>`, "<failed xmlns='urn:xmpp:sm:3'><bad-request "],
    [`<resume ${SM} h='4'/>`, "<failed xmlns='urn:xmpp:sm:3'><bad-request "],
  ] as const) {
    const client = await opened()
    const answer = await ask(client, plain(resume))
    assert.match(answer, /^<success .*<\/success><stream:features><bind /)
    assert.ok(answer.includes(failed), answer)
    assert.equal(client.connection.phase.name, 'authenticated')
  }
})

test('what the client says meanwhile waits until it has its answer', async () => {
  fixture.owner.answers = false
  const client = await opened()
  fixture.owner.heard.length = 0
  assert.equal(await ask(client, `${plain(`<resume ${SM} h='4' previd='old'/>`)}<message to='x@y'/>`), '')
  fixture.owner.answers = true
  const [asked] = fixture.owner.heardOps(Op.resume)
  fixture.owner.say(asked!, Op.resumed, (envelope) => {
    const jid = 'juliet@capulet.example/balcony'
    envelope.body = codecs.resumed.encode({ jid, stream: 's', previd: 'old', h: 0, base: 0, max: 300, lastId: 0 })
  })
  assert.match(client.hear(), /^<success .*<resumed /)
  assert.equal(fixture.owner.heardOps(Op.stanza).length, 1)
})

test('a client that goes away in the middle leaves nothing', async () => {
  const client = await opened()
  client.say(plain(`<resume ${SM} h='4' previd='old'/>`))
  fixture.owner.heard.length = 0
  client.destroy()
  await client.later()
  assert.deepEqual(fixture.owner.heard, [])
})

test('each profile signs the offer that the client saw in it', async () => {
  for (const [ask, opening] of [
    [
      `<authenticate ${NS} mechanism='SCRAM-SHA-256'>${initial(base64('n,,n=juliet,r=abc'))}</authenticate>`,
      'authentication',
    ],
    [
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>${base64('n,,n=juliet,r=abc')}</auth>`,
      'mechanisms',
    ],
  ] as const) {
    const client = new FakeClient(fixture)
    const [, offer = ''] = new RegExp(`<${opening} [^>]*>(.*?)</?(?:inline|mechanisms)>`).exec(client.open()) ?? []
    const offered = [...offer.matchAll(/<mechanism>([^<]+)</g)].map(([, name]) => name!)
    assert.ok(offered.includes('PLAIN'))
    let heard = client.say(ask)
    // The fake derives keys off the main thread, which takes as long as it takes.
    for (let waits = 0; heard === '' && waits < 2_000; waits++) {
      await sleep(5)
      heard = client.hear()
    }
    const [, challenge = ''] = /<challenge [^>]+>([^<]+)</.exec(heard) ?? []
    const expected = createHash('sha256').update(offered.toSorted().join('\x1e')).digest('base64')
    assert.ok(Buffer.from(challenge, 'base64').toString().endsWith(`,h=${expected}`))
  }
})
