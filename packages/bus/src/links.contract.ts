import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { trusted } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import { Envelope, Haste, type InstanceId, Op } from './envelope.ts'
import type { Links } from './links.ts'

/** Instances that can reach each other. */
export interface Network extends AsyncDisposable {
  join(instance: InstanceId): Promise<Links>
}

export interface NetworkOptions {
  readonly queueBytes?: number
}

/** What every implementation of `Links` does. `make` gives a network that no other test uses. */
export function linksContract(name: string, make: (options?: NetworkOptions) => Promise<Network>): void {
  const scenario = (what: string, run: (network: Network) => Promise<void>, options?: NetworkOptions): void => {
    test(`${name}: ${what}`, { timeout: 20_000 }, async () => {
      await using network = await make(options)
      await run(network)
    })
  }
  for (const [what, run, options] of scenarios) scenario(what, run, options)
}

type Scenario = readonly [what: string, run: (network: Network) => Promise<void>, options?: NetworkOptions]

const scenarios: readonly Scenario[] = [
  ['envelopes arrive in order, once, and whole', inOrder],
  ['sending never runs the receiver at once', later],
  ['what can wait arrives in the order sent, also alone', waiting],
  ['a hundred thousand envelopes', many],
  ['stanzas of 256 KB among small ones', large],
  ['both directions at once, and answers', both],
  ['what is sent to oneself arrives', toSelf],
  ['tasks run before the flush, after what an instance has sent itself', gathered],
  ['an absent peer is noticed; what was sent arrives when it comes', absent],
  ['envelopes wait for the receiver', waits],
  ['a queue has its bound, and takes envelopes again later', bounded, { queueBytes: 100_000 }],
  ['a forgotten peer gets nothing and says nothing', forgotten],
  ['settled waits for the peer, but not for the dead', settled],
  ['announcements reach all listeners, the announcer too', announcements],
  ['ping answers', (network) => pings(network)],
  ['a receiver that throws stops nothing', throwing],
  ['closed links are absent, silent and deaf', closed],
]

/** An envelope with a number and a stanza of `size` bytes. */
export function numbered(count: number, size = 100): Envelope {
  const envelope = new Envelope(Op.stanza)
  envelope.count = count
  envelope.key = 'bob@example.org'
  envelope.stanza = new Stanza({
    name: 'message',
    to: trusted('bob@example.org/ü'),
    payload: Buffer.alloc(size, `<body>${count}</body>`),
  })
  return envelope
}

/** What arrives at `links`, from whom. */
export function collect(links: Links): { from: InstanceId; envelope: Envelope }[] {
  const arrived: { from: InstanceId; envelope: Envelope }[] = []
  links.receive((from, envelope) => arrived.push({ from, envelope }))
  return arrived
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; !condition(); await sleep(2)) {
    assert.ok(performance.now() < end, `not within ${timeoutMs} ms: ${what}`)
  }
}

/** Asserts that the counts are 1, 2, 3 … n. */
export function assertCounts(arrived: readonly { envelope: Envelope }[], n: number): void {
  const wrong = arrived.findIndex(({ envelope }, i) => envelope.count !== i + 1)
  assert.equal(wrong, -1, `place ${wrong}: ${arrived.slice(wrong, wrong + 5).map(({ envelope }) => envelope.count)}`)
  assert.equal(arrived.length, n)
}

async function pair(network: Network): Promise<[Links, Links]> {
  return [await network.join('session-a-1'), await network.join('connection-manager.b*2')]
}

async function inOrder(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const arrived = collect(b)
  const first = numbered(1)
  Object.assign(first, {
    partition: 9,
    epoch: 2 ** 45,
    transfer: 7,
    conns: [1, 4e9],
    ids: [2 ** 52],
    recipients: ['x@y', ''],
  })
  first.body = Buffer.from([0, 1, 255])
  assert.ok(a.send(b.instance, first))
  for (let i = 2; i <= 300; i++) {
    assert.ok(a.send(b.instance, numbered(i)))
    if (i % 50 === 0) await sleep(1)
  }
  await until(() => arrived.length >= 300, '300 envelopes')
  assertCounts(arrived, 300)
  const got = arrived[0]!
  assert.equal(got.from, a.instance)
  const { stanza, body, ...rest } = got.envelope
  const { stanza: sent, body: sentBody, ...sentRest } = first
  assert.deepEqual(rest, sentRest)
  assert.deepEqual(Buffer.from(body!), Buffer.from(sentBody!))
  assert.equal(stanza!.toString(), sent!.toString())
}

async function later(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const arrived = collect(b)
  a.send(b.instance, numbered(1))
  await Promise.resolve()
  assert.equal(arrived.length, 0)
  await until(() => arrived.length === 1, 'the envelope')
}

async function waiting(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const arrived = collect(b)
  const hastes = [Haste.ride, Haste.gather, Haste.collect, Haste.turn, Haste.ride, Haste.collect, Haste.gather]
  let count = 0
  for (let round = 0; round < 20; round++) {
    for (const haste of hastes) assert.ok(a.send(b.instance, Object.assign(numbered(++count), { haste })))
    await sleep(round)
  }
  await until(() => arrived.length >= count, 'all of them')
  assert.ok(a.send(b.instance, Object.assign(numbered(++count), { haste: Haste.ride })))
  await until(() => arrived.length >= count, 'the one that rides')
  assertCounts(arrived, count)
}

async function many(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const arrived = collect(b)
  for (let i = 1; i <= 100_000; ) {
    if (a.send(b.instance, numbered(i))) i++
    else await sleep(1)
  }
  await until(() => arrived.length >= 100_000, '100 000 envelopes')
  assertCounts(arrived, 100_000)
}

async function large(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const arrived = collect(b)
  for (let i = 1; i <= 30; i++) a.send(b.instance, numbered(i, i % 3 === 0 ? 256 * 1024 : 10))
  await until(() => arrived.length >= 30, '30 envelopes')
  assertCounts(arrived, 30)
  assert.deepEqual(arrived[2]!.envelope.stanza!.payload, numbered(3, 256 * 1024).stanza!.payload)
}

async function both(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const atA: { envelope: Envelope }[] = []
  const atB = collect(b)
  let answers = 0
  a.receive((_from, envelope) => {
    if (envelope.op === Op.receipt) answers++
    else {
      atA.push({ envelope })
      a.send(b.instance, numbered(5000 + envelope.count))
    }
  })
  for (let i = 1; i <= 5000; i++) {
    a.send(b.instance, numbered(i))
    b.send(a.instance, numbered(i))
    const receipt = new Envelope(Op.receipt)
    b.send(a.instance, receipt)
    if (i % 97 === 0) await sleep(1)
  }
  await until(() => atB.length >= 10_000 && atA.length >= 5000, 'all')
  assertCounts(atA, 5000)
  assert.equal(answers, 5000)
  assertCounts(
    atB.filter(({ envelope }) => envelope.count <= 5000),
    5000,
  )
}

async function toSelf(network: Network): Promise<void> {
  const [a] = await pair(network)
  const arrived = collect(a)
  for (let i = 1; i <= 10; i++) assert.ok(a.send(a.instance, numbered(i)))
  await until(() => arrived.length >= 10, 'all')
  assertCounts(arrived, 10)
  assert.equal(arrived[0]!.from, a.instance)
  await a.settled(1000)
  assert.equal(a.backlog, 0)
}

async function gathered(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const arrived = collect(b)
  const steps: string[] = []
  a.receive((_from, envelope) => {
    steps.push(`received ${envelope.count}`)
    if (envelope.count === 2) return
    a.beforeFlush(() => {
      steps.push('gathered')
      a.send(a.instance, numbered(2))
      a.send(b.instance, numbered(2))
    })
  })
  a.send(a.instance, numbered(1))
  a.send(b.instance, numbered(1))
  assert.deepEqual(steps, [])
  await until(() => arrived.length === 2, 'both')
  assert.deepEqual(steps, ['received 1', 'gathered', 'received 2'])
  assertCounts(arrived, 2)
}

async function absent(network: Network): Promise<void> {
  const a = await network.join('a')
  const missed: InstanceId[] = []
  a.onNoResponders((peer) => missed.push(peer))
  a.send('b.c d', numbered(1))
  await until(() => missed.length > 0, 'the notice', 2000)
  for (let i = 2; i <= 50; i++) a.send('b.c d', numbered(i))
  assert.deepEqual([...new Set(missed)], ['b.c d'])
  const b = await network.join('b.c d')
  const arrived = collect(b)
  await until(() => arrived.length >= 50, 'all', 3000)
  await sleep(50)
  assertCounts(arrived, 50)
}

async function waits(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  for (let i = 1; i <= 100; i++) a.send(b.instance, numbered(i))
  await sleep(30)
  const arrived = collect(b)
  await until(() => arrived.length >= 100, 'all', 3000)
  assertCounts(arrived, 100)
}

async function bounded(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  let sent = 0
  while (a.send(b.instance, numbered(sent + 1, 1000))) {
    sent++
    assert.ok(sent < 1000, 'no bound')
  }
  assert.ok(sent >= 50, `only ${sent} taken`)
  assert.ok(a.backlog >= 90_000 && a.backlog < 110_000, `backlog ${a.backlog}`)
  const arrived = collect(b)
  await until(() => arrived.length >= sent, 'all')
  await a.settled(5000)
  assert.equal(a.backlog, 0)
  assert.ok(a.send(b.instance, numbered(sent + 1)))
  await until(() => arrived.length > sent, 'one more')
  assertCounts(arrived, sent + 1)
}

async function forgotten(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const atA = collect(a)
  const atB = collect(b)
  b.send(a.instance, numbered(1))
  await until(() => atA.length === 1, 'the first')
  await b.settled(2000)
  a.forget(b.instance)
  assert.equal(a.send(b.instance, numbered(1)), false)
  b.send(a.instance, numbered(2))
  await sleep(60)
  assert.equal(atA.length, 1)
  assert.equal(atB.length, 0)
  assert.equal(a.backlog, 0)
}

async function settled(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  await a.settled(1000)
  const arrived = collect(b)
  for (let i = 1; i <= 1000; i++) a.send(b.instance, numbered(i))
  await a.settled(5000)
  assert.equal(arrived.length, 1000)
  assert.equal(a.backlog, 0)
  a.send('dead', numbered(1))
  const start = performance.now()
  await a.settled(5000)
  assert.ok(performance.now() - start < 4500, 'waited for the dead')
}

async function announcements(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const heard: string[] = []
  const stop = b.listen('owners.user', (message, from) => heard.push(`b ${Buffer.from(message)} ${from}`))
  a.listen('owners.user', (message, from) => heard.push(`a ${Buffer.from(message)} ${from}`))
  b.listen('owners', () => heard.push('wrong topic'))
  await b.ping(1000)
  await a.ping(1000)
  a.announce('owners.user', Buffer.from('one'))
  await until(() => heard.length === 2, 'both')
  assert.deepEqual(heard.sort(), [`a one ${a.instance}`, `b one ${a.instance}`])
  stop()
  b.announce('owners.user', Buffer.from('two'))
  await until(() => heard.length === 3, 'the third')
  await sleep(10)
  assert.deepEqual(heard.slice(2), [`a two ${b.instance}`])
}

async function pings(network: Network): Promise<void> {
  const [a] = await pair(network)
  await Promise.all([a.ping(1000), a.ping(1000)])
}

async function closed(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const atA = collect(a)
  let heard = 0
  b.listen('topic', () => heard++)
  b.send(a.instance, numbered(1))
  await b[Symbol.asyncDispose]()
  await b[Symbol.asyncDispose]()
  await until(() => atA.length === 1, 'what was sent before')
  assert.equal(b.send(a.instance, numbered(2)), false)
  const missed: InstanceId[] = []
  a.onNoResponders((peer) => missed.push(peer))
  a.send(b.instance, numbered(1))
  a.announce('topic', Buffer.from('x'))
  b.announce('topic', Buffer.from('x'))
  await until(() => missed.length > 0, 'the notice', 3000)
  assert.deepEqual([atA.length, heard], [1, 0])
}

async function throwing(network: Network): Promise<void> {
  const [a, b] = await pair(network)
  const arrived: { envelope: Envelope }[] = []
  b.receive((_from, envelope) => {
    arrived.push({ envelope })
    if (envelope.count % 2 === 0) throw new Error('as the test wants')
  })
  for (let i = 1; i <= 10; i++) a.send(b.instance, numbered(i))
  await until(() => arrived.length >= 10, 'all')
  assertCounts(arrived, 10)
}
