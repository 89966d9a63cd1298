/** FED-03, FED-07: policy about other servers, and whom they show themselves to be, change while people talk. */
import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureSelfSigned } from '@heliograph/certificates'
import type { RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf, newcomer, say, saying, settle } from '../support/actor.ts'
import { until } from '../support/block-lists.ts'
import { ForgedPeer } from '../support/forged-peer.ts'
import { twoServers } from '../support/two-servers.ts'

const PATIENCE_MS = 60_000
/** After that something is lost. */
const FATE_MS = 25_000
const NO_STORE = `<no-store xmlns='urn:xmpp:hints'/>`
const directory = await mkdtemp(join(tmpdir(), 'hg-policy-'))
const policyFile = join(directory, 'policy.yaml')
await writeFile(policyFile, 'peers: []')
const world = await twoServers({ cluster: { policyFile, connectSeconds: 3 } })
after(async () => {
  await world[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})
const { near, far, wire, files, honest } = world

/** Each file is replaced as a whole, as whoever deploys them does. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

const agree = (...peers: object[]): Promise<void> => replace(policyFile, JSON.stringify({ peers }))

let asked = 0
/** What is under way when streams end may get lost, if nobody waits for it. */
async function fateOf(back: Promise<Element>, there: Promise<Element>): Promise<string | undefined> {
  for (const each of [back, there]) each.catch(() => {})
  const first = await Promise.race([back, there]).catch(() => 'lost' as const)
  return first === 'lost' ? first : errorOf(first)
}

/** The error with which something comes back from the other server's domain; undefined when it arrives. */
async function fate(from: RawClient, to: RawClient, { body = '', name = 'message' } = {}): Promise<string | undefined> {
  const id = `try-${asked++}`
  const inside = name === 'message' ? `<body>${body}</body>${NO_STORE}` : `<query xmlns='jabber:iq:version'/>`
  from.send(`<${name} id='${id}' to='${to.jid}' type='${name === 'iq' ? 'get' : 'chat'}'>${inside}</${name}>`)
  const back = from.expect(({ attrs }) => attrs.id === id && attrs.type === 'error', FATE_MS)
  const there = to.expect(({ attrs }) => attrs.id === id && attrs.from === from.jid, FATE_MS)
  return fateOf(back, there)
}

/** The same of a request to see somebody's presence: somebody new, because a request that waits already is answered by nothing. */
async function request(from: RawClient): Promise<string | undefined> {
  await using to = await newcomer(near, 'asked')
  const id = `try-${asked++}`
  const back = from.expect(({ attrs }) => attrs.id === id && attrs.type === 'error', FATE_MS)
  const there = to.expect(({ name, attrs }) => name === 'presence' && attrs.type === 'subscribe', FATE_MS)
  from.send(`<presence id='${id}' to='${bareOf(to.jid)}' type='subscribe'/>`)
  return await fateOf(back, there)
}

test('what may go between two servers changes with a file; the rest comes back with the reason', async () => {
  await using alice = await newcomer(near, 'alice')
  await using bob = await newcomer(far, 'bob')
  assert.equal(await fate(alice, bob, { name: 'iq' }), undefined)
  const [inbound, outbound] = [{ kinds: ['message', 'iq'] }, { kinds: ['message'], stanzaBytes: 10_000 }]
  await agree({ domain: far.domain, inbound, outbound })
  await until('cancel/not-allowed', () => fate(alice, bob, { name: 'iq' }))
  assert.equal(await fate(alice, bob, { body: 'x'.repeat(11_000) }), 'modify/policy-violation')
  assert.equal(await fate(alice, bob, { body: 'short' }), undefined)
  // Once no gateway has streams of the time before.
  await until('cancel/not-allowed', () => request(bob))
  const ping = await bob.request(`<iq type='get' id='ping' to='${near.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`)
  assert.equal(ping.attrs.type, 'result', 'answers are of no kind')
  await agree({ domain: far.domain, allow: 'nothing' })
  await until('cancel/not-allowed', () => fate(alice, bob))
  // A key that isn't the pinned one is no stream, whatever vouches for it.
  await agree({ domain: far.domain, pins: [`${'A'.repeat(43)}=`] })
  await until('wait/remote-server-timeout', () => fate(alice, bob))
})

test('a server that floods is read at its pace, in order, and others don’t wait for it', async () => {
  await using alice = await newcomer(near, 'alice')
  await using bob = await newcomer(far, 'bob')
  using eve = await ForgedPeer.connect(near.gateway().s2sTls!, near.domain, honest.certificate)
  await eve.prove(honest.domain, near.domain)
  await agree({ domain: far.domain }, { domain: honest.domain, inbound: { stanzasPerSecond: 50, burstSeconds: 1 } })
  await until(undefined, () => fate(alice, bob))
  // This gateway has read it, too, when a stream of the time before has ended.
  await eve.hears(/<\/stream:stream>/)
  const said = Array.from({ length: 200 }, (_, i) => `flood ${i}`)
  using again = await ForgedPeer.connect(near.gateway().s2sTls!, near.domain, honest.certificate)
  await again.prove(honest.domain, near.domain)
  const begun = performance.now()
  for (const body of said)
    again.say(`<message from='eve@${honest.domain}' to='${alice.jid}' type='chat'><body>${body}</body></message>`)
  say(bob, alice.jid, 'beside it')
  const heard: string[] = []
  while (heard.length <= said.length)
    heard.push((await alice.expect(({ name }) => name === 'message', PATIENCE_MS)).getChildText('body') ?? '')
  assert.ok(performance.now() - begun > 2_000, 'the last 150 take three seconds')
  assert.deepEqual(
    heard.filter((body) => body !== 'beside it'),
    said,
  )
  assert.ok(heard.indexOf('beside it') < said.length, 'it didn’t wait for them')
})

test('a name server that says nothing holds up nobody else', async () => {
  await using alice = await newcomer(near, 'alice')
  await using bob = await newcomer(far, 'bob')
  for (let i = 0; i < 20; i++) say(alice, `somebody@at-${i}.silent.example`, 'well?', { inside: NO_STORE })
  say(alice, bob.jid, 'meanwhile')
  await bob.expect(saying('meanwhile'), PATIENCE_MS)
  const errors = new Map<string, string | undefined>()
  while (errors.size < 20) {
    const error = await alice.expect(({ name }) => name === 'message', PATIENCE_MS)
    assert.ok(!errors.has(error.attrs.from!), 'each once')
    errors.set(error.attrs.from!, errorOf(error))
  }
  assert.deepEqual(new Set(errors.values()), new Set(['wait/remote-server-timeout']))
  await settle(alice)
  assert.deepEqual(
    alice.takeAll(({ name }) => name === 'message'),
    [],
  )
})

test('what was acknowledged outlives a swapped certificate: once it is trusted it goes, once and in order', async () => {
  await using alice = await newcomer(near, 'alice', { sm: true })
  await using bob = await newcomer(far, 'bob', { sm: true })
  say(alice, bob.jid, 'before')
  await bob.expect(saying('before'), PATIENCE_MS)
  // Another name comes first than in the old one: of two with one subject only one would be trusted.
  const { cert } = await ensureSelfSigned({ directory, domains: [far.domain, near.domain] })
  await copyFile(cert, `${files.shown}.new`)
  await rename(`${files.shown}.new`, files.shown)
  // Open streams have what they were opened with: another one tells who shows what.
  for (const port of [...near.description.gateways.map(({ s2sTls }) => s2sTls!), far.gateway().s2sTls!])
    for (const end = Date.now() + PATIENCE_MS; ; await sleep(100)) {
      using peer = await ForgedPeer.connect(port, near.domain)
      if ((await readFile(cert, 'utf8')).includes(peer.shown)) break
      assert.ok(Date.now() < end, 'it still shows the old one')
    }
  wire.cut()
  const said = Array.from({ length: 20 }, (_, i) => `swapped ${i}`)
  for (const body of said) {
    say(alice, bob.jid, body)
    say(bob, alice.jid, body)
  }
  await Promise.all([alice.acknowledged(PATIENCE_MS), bob.acknowledged(PATIENCE_MS)])
  await replace(files.ca, `${await readFile(files.ca, 'utf8')}${await readFile(cert, 'utf8')}`)
  for (const person of [alice, bob])
    for (const body of said) {
      const message = await person.expect(({ name }) => name === 'message', PATIENCE_MS)
      assert.deepEqual([message.attrs.type, message.getChildText('body')], ['chat', body])
    }
})

test('a certificate that has expired proves nothing', async () => {
  const past = new Date(Date.now() - 800 * 86_400_000)
  const expired = await ensureSelfSigned({ directory: join(directory, 'old'), domains: [honest.domain], now: past })
  await replace(files.ca, `${await readFile(files.ca, 'utf8')}${await readFile(expired.cert, 'utf8')}`)
  using late = await ForgedPeer.connect(near.gateway().s2sTls!, near.domain, expired.cert)
  assert.doesNotMatch(await late.open(honest.domain, near.domain), /EXTERNAL/)
  late.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>`)
  await late.hears(/<failure .*not-authorized/)
})
