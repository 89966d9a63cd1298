import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Envelope } from '@heliograph/bus'
import { ensureDomain } from '@heliograph/jid'
import { Gate, Hosts } from '@heliograph/ownership'
import { stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { Element, type ParsedElement } from '@heliograph/xml'
import { ANYTHING } from '../../test/support/anything.ts'
import { federationEvents } from '../federation/events.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import { PeerPolicy } from '../federation/peer-policy.ts'
import { Setbacks } from '../finding/setbacks.ts'
import { MulticastServices } from '../multicast/services.ts'
import type { Initiation } from '../outbound/initiation.ts'
import { Shares } from '../shares.ts'
import { Allowances } from '../streams/allowances.ts'
import type { Management } from '../streams/management.ts'
import { type Entry, entryOf } from './entry.ts'
import { Pair } from './pair.ts'
import type { Way } from './way.ts'
import { Ways } from './ways.ts'

const [local, remote] = [ensureDomain('capulet.example'), ensureDomain('montague.example')]
const turn = (): Promise<unknown> => new Promise(setImmediate)

/** A stream of which the test says when the kernel takes something. */
class FakeStream {
  readonly backlog = 0
  readonly said: string[] = []
  readonly owed: (() => void)[] = []
  readonly gone: Promise<void>
  readonly #whenGone = Promise.withResolvers<void>()
  onEnded = (_end: { readonly by: 'us' }): void => {}
  onManagement = (_parsed: ParsedElement): void => {}
  onFinish = (): Promise<void> => Promise.resolve()
  readonly management: Management | undefined
  readonly isOurs: boolean
  readonly mostBytes: number
  over: boolean

  constructor({ over = false, mostBytes = Number.POSITIVE_INFINITY, isOurs = true, management }: Given = {}) {
    this.gone = this.#whenGone.promise
    this.over = over
    this.mostBytes = mostBytes
    this.isOurs = isOurs
    this.management = management
    if (over) this.#whenGone.resolve()
  }

  get stream(): this {
    return this
  }

  write(bytes: Buffer, told: () => void): void {
    this.said.push(bytes.toString())
    this.owed.push(told)
  }

  async finish(): Promise<void> {
    await this.onFinish()
    this.close()
  }

  close(): void {
    this.destroy()
  }

  destroy(): void {
    if (this.over) return
    this.over = true
    this.onEnded({ by: 'us' })
    this.#whenGone.resolve()
  }
}

interface Given {
  readonly over?: boolean
  readonly mostBytes?: number
  readonly isOurs?: boolean
  readonly management?: Management
  readonly shares?: Shares
}

function world(test: TestContext, { shares = new Shares({ stanzas: 1_000, bytes: 1e6 }), ...given }: Given = {}) {
  let now = 0
  test.mock.method(performance, 'now', () => now)
  const telemetry = silentTelemetry()
  const errors: { readonly reply: string; readonly settle: () => void }[] = []
  const context = {
    ...telemetry,
    events: federationEvents(telemetry.metrics),
    config: { federation: { connectSeconds: 20, takeSeconds: 60, idleSeconds: 600 } },
    setbacks: new Setbacks(),
    ways: new Ways(),
    policy: new PeerPolicy(ANYTHING),
    refusals: { tell() {} },
    allowances: { out: new Allowances() },
    hosts: new Hosts([local]),
    ownership: { heldEpochOf: () => 1 },
    router: {
      transfer: (_kind: number, _key: string, envelope: Envelope, settle: () => void) =>
        errors.push({ reply: `${envelope.stanza!.toBytes()}`, settle }),
    },
  } as unknown as FederationContext
  const streams: FakeStream[] = []
  const open = async () => {
    const stream = new FakeStream(given)
    streams.push(stream)
    return { kind: 'ready', initiation: stream as unknown as Initiation } as const
  }
  const services = new MulticastServices()
  const pair = new Pair(context, { open, connects: new Gate(1), shares, services }, { local, remote }, 7)
  const sweepAt = (at: number): boolean => {
    now = at
    return pair.sweep(at)
  }
  let taken = 0
  const push = (key: string, body = key): void => pair.push(entry(key, body, () => taken++))
  return { pair, ways: context.ways, streams, errors, push, sweepAt, taken: () => taken }
}

function entry(key: string, body: string, told: () => void): Entry {
  const message = stanza('message', { from: `juliet@${local}` as never, to: `romeo@${remote}` as never })
  return entryOf(message.append(new Element('body').t(body)), key, told)
}

test('a peer that takes nothing loses its stream though somebody writes to it, and what it didn’t take comes back', async (test) => {
  const { streams, errors, push, sweepAt, taken } = world(test)
  push('first')
  await turn()
  streams[0]!.owed[0]!()
  push('stuck')
  for (let at = 10_000; at <= 60_000; at += 10_000) {
    sweepAt(at)
    push(`at ${at}`)
  }
  assert.equal(streams[0]!.over, false)
  sweepAt(60_001)
  assert.equal(streams[0]!.over, true)
  await turn()
  assert.equal(streams.length, 2)
  assert.equal(streams[1]!.said.length, 7)
  sweepAt(120_002)
  await turn()
  assert.equal(streams[1]!.over, true)
  assert.deepEqual([errors.length, taken()], [7, 1])
  for (const { settle } of errors) settle()
  assert.equal(taken(), 8)
})

test('a peer that ends each stream at once isn’t connected to in a circle', async (test) => {
  const { streams, errors, push, sweepAt } = world(test, { over: true })
  push('one')
  await turn()
  await turn()
  assert.equal(streams.length, 1)
  assert.match(errors[0]!.reply, /remote-server-timeout/)
  push('two')
  await turn()
  assert.deepEqual([streams.length, errors.length], [1, 2])
  sweepAt(1_000)
  push('three')
  await turn()
  await turn()
  assert.deepEqual([streams.length, errors.length], [2, 3])
})

test('what is longer than the peer takes comes back, and its stream goes on', async (test) => {
  const { streams, errors, push } = world(test, { mostBytes: 200 })
  push('long', 'x'.repeat(200))
  push('short')
  await turn()
  assert.match(errors[0]!.reply, /type=["']modify.*policy-violation/)
  assert.equal(streams[0]!.said.length, 1)
  assert.match(streams[0]!.said[0]!, /short/)
})

test('past its share of memory what comes is bounced, once, whoever sends it again', async (test) => {
  const { streams, errors, push, taken } = world(test, { shares: new Shares({ stanzas: 1_000, bytes: 4_000 }) })
  push('fits', 'x'.repeat(1_000))
  push('too much', 'x'.repeat(1_000))
  push('too much', 'x'.repeat(1_000))
  await turn()
  assert.deepEqual([errors.length, taken(), streams[0]!.said.length], [1, 0, 1])
  errors[0]!.settle()
  assert.equal(taken(), 2)
  streams[0]!.owed[0]!()
  push('fits by now', 'x'.repeat(1_000))
  assert.deepEqual([errors.length, streams[0]!.said.length], [1, 2])
})

test('what a lost or handed over pair kept leaves room for others', async (test) => {
  const shares = new Shares({ stanzas: 10, bytes: 1e6 })
  for (const end of [(pair: Pair) => pair.lose(), (pair: Pair) => pair.handOver()]) {
    const { pair, push } = world(test, { shares })
    push('written')
    await turn()
    await end(pair)
    test.mock.restoreAll()
    assert.equal(shares.stanzas, 0)
  }
})

test('a pair that has been open is remembered for as long as a stream may idle', async (test) => {
  const { push, streams, sweepAt } = world(test)
  push('one')
  await turn()
  streams[0]!.owed[0]!()
  assert.equal(sweepAt(599_999), false)
  assert.equal(streams[0]!.over, false)
  sweepAt(600_000)
  await turn()
  assert.equal(streams[0]!.over, true)
  assert.equal(sweepAt(600_001), true)
})

test('a pair that never was is forgotten sooner', (test) => {
  const { sweepAt } = world(test)
  assert.deepEqual([sweepAt(59_999), sweepAt(60_000)], [false, true])
})

test('a stream of the other server that takes stanzas, too, is used, and none is opened beside it', async (test) => {
  const { pair, ways, streams, push, taken, sweepAt } = world(test)
  const theirs = new FakeStream({ isOurs: false })
  ways.add({ local, remote }, theirs as unknown as Way)
  pair.found(undefined)
  push('a')
  await turn()
  assert.deepEqual([theirs.said.length, streams.length], [1, 0])
  theirs.owed[0]?.()
  assert.equal(taken(), 1)
  // It is theirs to close.
  assert.deepEqual([sweepAt(700_000), theirs.over], [false, false])
  ways.remove({ local, remote }, theirs as unknown as Way)
  theirs.destroy()
  push('b')
  await turn()
  assert.equal(streams[0]?.said.length, 1)
})

test('a stream of theirs that broke is waited for, and what they say to have handled there isn’t sent again', async (test) => {
  const { pair, ways, streams, push, taken, sweepAt } = world(test)
  const first = new FakeStream({ isOurs: false, management: { id: 'one', isResumed: false } })
  ways.add({ local, remote }, first as unknown as Way)
  pair.found(undefined)
  for (const key of ['a', 'b']) push(key)
  await turn()
  first.destroy()
  await turn()
  const next = new FakeStream({ isOurs: false, management: { id: 'one', isResumed: true, h: 1 } })
  ways.add({ local, remote }, next as unknown as Way)
  pair.offered()
  await turn()
  const said = (stream: FakeStream) => stream.said.filter((text) => text.includes('<body>')).length
  assert.deepEqual([taken(), said(next), streams.length], [1, 1, 0])
  ways.remove({ local, remote }, next as unknown as Way)
  next.destroy()
  await turn()
  sweepAt(1_000)
  await turn()
  assert.equal(streams.length, 0)
  sweepAt(4_000)
  await turn()
  assert.deepEqual([streams.length, said(streams[0]!)], [1, 1])
})
