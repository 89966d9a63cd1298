import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { IdClock } from '@heliograph/archive'
import type { Envelope } from '@heliograph/bus'
import { ensureDomain } from '@heliograph/jid'
import { Gate, Hosts } from '@heliograph/ownership'
import { type Stanza, stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { Element } from '@heliograph/xml'
import { ANYTHING } from '../../test/support/anything.ts'
import { federationEvents } from '../federation/events.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import { PeerPolicy } from '../federation/peer-policy.ts'
import { Setbacks } from '../finding/setbacks.ts'
import { MulticastServices } from '../multicast/services.ts'
import { unreachable } from '../outbound/failure.ts'
import type { Initiation, Result } from '../outbound/initiation.ts'
import type { Backlog, Fate, Kept, Place, QueueStore } from '../queue/queue-store.ts'
import { Shares } from '../shares.ts'
import { Allowances } from '../streams/allowances.ts'
import { entryOf } from './entry.ts'
import { Pair } from './pair.ts'

const [local, remote] = [ensureDomain('capulet.example'), ensureDomain('montague.example')]
const turn = (): Promise<unknown> => new Promise(setImmediate)

/** Commits at the end of the turn. */
class FakeStore implements QueueStore {
  readonly rows: Kept[] = []
  fate: Fate = 'stored'

  add(_place: Place, kept: Kept, told: (fate: Fate) => void): boolean {
    queueMicrotask(() => {
      if (this.fate === 'stored') this.rows.push(kept)
      told(this.fate)
    })
    return true
  }

  remove(_place: Place, seq: number): void {
    this.rows.splice(
      this.rows.findIndex((row) => row.seq === seq),
      1,
    )
  }

  async backlogs(): Promise<readonly Backlog[]> {
    const [first, last] = [this.rows[0], this.rows.at(-1)]
    if (first === undefined || last === undefined) return []
    const bytes = this.rows.reduce((sum, { stanza }) => sum + stanza.payload.length, 0)
    return [{ pair: `${local} ${remote}`, stanzas: this.rows.length, bytes, first: first.seq, last: last.seq }]
  }

  async page(_place: Place, { after, upTo }: { after: number; upTo: number }): Promise<readonly Kept[]> {
    return this.rows.filter(({ seq }) => seq > after && seq <= upTo).slice(0, 3)
  }

  async flushed(): Promise<void> {}
}

/** The network between two servers, an owner of the pair, and what is in the database. */
function world(test: TestContext, store = new FakeStore(), { queueStanzas = 100 } = {}) {
  test.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const telemetry = silentTelemetry()
  const errors: { readonly reply: string; readonly stream: string; readonly settle: () => void }[] = []
  const context = {
    ...telemetry,
    events: federationEvents(telemetry.metrics),
    config: { federation: { connectSeconds: 20, takeSeconds: 60, idleSeconds: 600, queueSeconds: 3_600 } },
    setbacks: new Setbacks(),
    policy: new PeerPolicy(ANYTHING),
    refusals: { tell() {} },
    allowances: { out: new Allowances() },
    hosts: new Hosts([local]),
    ownership: { heldEpochOf: () => 1 },
    router: {
      transfer: (_kind: number, _key: string, { stanza, stream }: Envelope, settle: () => void) =>
        errors.push({ reply: `${stanza!.toBytes()}`, stream, settle }),
    },
  } as unknown as FederationContext
  const network = { isUp: false, takes: true, said: [] as string[] }
  const open = async (): Promise<Result> => {
    if (!network.isUp) return { kind: 'failed', failure: unreachable('it is away') }
    const gone = Promise.withResolvers<void>()
    const stream = {
      ...{ backlog: 0, over: false, gone: gone.promise, close: () => {}, destroy: () => {} },
      write: (bytes: Buffer, told: () => void) => {
        network.said.push(bytes.toString())
        if (network.takes) queueMicrotask(told)
      },
    }
    return { kind: 'ready', initiation: { stream, mostBytes: 10_000 } as unknown as Initiation }
  }
  let now = 0
  test.mock.method(performance, 'now', () => now)
  const keeping = { store, clock: new IdClock(), mostStanzas: queueStanzas }
  const shares = new Shares({ stanzas: 1_000, bytes: 1e6 })
  const pair = new Pair(
    context,
    { open, connects: new Gate(1), shares, keeping, services: new MulticastServices() },
    { local, remote },
    7,
  )
  const taken: string[] = []
  const push = (key: string, sent: Stanza = message(key)) => pair.push(entryOf(sent, key, () => taken.push(key)))
  const sweepAt = async (at: number): Promise<boolean> => {
    now = at
    test.mock.timers.setTime(1_000_000 + at)
    const mayGo = pair.sweep(at)
    for (let i = 0; i < 10; i++) await turn()
    return mayGo
  }
  return { pair, store, network, errors, taken, push, sweepAt, shares }
}

function message(body: string): Stanza {
  const addresses = { from: `juliet@${local}` as never, to: `romeo@${remote}` as never }
  return stanza('message', addresses).append(new Element('body').t(body))
}

function presence(status: string, to = `romeo@${remote}`, type?: string): Stanza {
  const addresses = { from: `juliet@${local}/balcony` as never, to: to as never }
  const made = stanza('presence', { ...addresses, ...(type && { type: type as never }) })
  return made.append(new Element('status').t(status))
}

const bodies = (said: readonly string[]) => said.map((text) => /<(?:body|status)>([^<]*)/.exec(text)?.[1])

test('what is for a server that is away is taken once it is stored, not kept in memory, and sent in order when it is back', async (test) => {
  const { pair, store, network, errors, taken, push, sweepAt, shares } = world(test)
  pair.found(undefined)
  const all = Array.from({ length: 8 }, (_, i) => `m${i}`)
  for (const body of all.slice(0, 5)) push(body)
  await turn()
  await turn()
  for (const body of all.slice(5)) push(body)
  await turn()
  assert.deepEqual([taken, errors.length, pair.kept], [all, 0, 8])
  assert.deepEqual([pair.waiting, shares.stanzas], [0, 0])
  network.isUp = true
  await sweepAt(10_000)
  assert.deepEqual(bodies(network.said), all)
  assert.match(network.said[0]!, /<delay [^>]*stamp=/)
  assert.deepEqual([store.rows, pair.kept], [[], 0])
})

test('the next owner sends what a former one stored, first, and knows it when its sender sends it again', async (test) => {
  const former = world(test)
  former.pair.found(undefined)
  for (const body of ['one', 'two']) former.push(body)
  await turn()
  await turn()
  const [found] = await former.store.backlogs()
  test.mock.restoreAll()
  test.mock.timers.reset()
  const { pair, network, push, taken, sweepAt, store } = world(test, former.store)
  network.isUp = true
  push('two')
  push('three')
  await turn()
  assert.deepEqual(network.said, [], 'not before it is known what was stored')
  pair.found(found)
  await sweepAt(100)
  assert.deepEqual(bodies(network.said), ['one', 'two', 'three'])
  assert.deepEqual([taken, store.rows], [['two', 'three'], []])
})

test('what couldn’t be brought in time comes back once, under a name by which it is known when it comes again', async (test) => {
  const { pair, store, errors, push, sweepAt } = world(test)
  pair.found(undefined)
  for (const body of ['one', 'two']) push(body)
  await turn()
  await turn()
  await sweepAt(3_600_000)
  assert.deepEqual([errors.length, store.rows.length], [0, 2])
  await sweepAt(3_601_000)
  await sweepAt(3_602_000)
  assert.deepEqual(
    errors.map(({ reply, stream }) => [/remote-server-timeout/.test(reply), stream]),
    Array(2).fill([true, `s2s-queue ${local} ${remote}`]),
  )
  assert.equal(store.rows.length, 2, 'until its sender has it')
  for (const { settle } of errors) settle()
  assert.equal(store.rows.length, 0)
})

test('requests come back at once, of presence the latest waits, what a room says to an occupant comes back', async (test) => {
  const { pair, network, errors, taken, push, sweepAt, store } = world(test)
  pair.found(undefined)
  push('iq', stanza('iq', { type: 'get', id: '1', from: `juliet@${local}/a` as never, to: `${remote}` as never }))
  push('away', presence('away'))
  push('back', presence('back'))
  push('asks', presence('asks', `romeo@${remote}`, 'subscribe'))
  push('enters', presence('enters', `room@${remote}/juliet`))
  push(
    'occupant',
    stanza('message', { type: 'groupchat', from: `room@${local}/a` as never, to: `romeo@${remote}/b` as never }).append(
      new Element('body').t('hi'),
    ),
  )
  await turn()
  await turn()
  for (const { settle } of errors) settle()
  assert.equal(errors.length, 3)
  assert.deepEqual(bodies(store.rows.map(({ stanza }) => `${stanza.toBytes()}`)), ['asks'])
  assert.deepEqual(taken.toSorted(), ['asks', 'away', 'back', 'enters', 'iq', 'occupant'])
  network.isUp = true
  await sweepAt(2_000)
  assert.deepEqual(bodies(network.said), ['asks', 'back'])
})

test('past the bound, and where the database refuses, it comes back; where that is slow nothing is told', async (test) => {
  const { pair, errors, push, taken, store } = world(test, new FakeStore(), { queueStanzas: 1 })
  pair.found(undefined)
  push('fits')
  push('too much')
  await turn()
  await turn()
  assert.deepEqual([taken, errors.length], [['fits'], 1])
  assert.match(errors[0]!.reply, /too much waits/)
  errors[0]!.settle()
  test.mock.timers.reset()
  const other = world(test, Object.assign(new FakeStore(), { fate: 'refused' }))
  other.pair.found(undefined)
  other.push('odd')
  await turn()
  await turn()
  await other.sweepAt(70_000)
  assert.deepEqual([other.errors.length, store.rows.length], [1, 1])
})

test('what a peer that is there doesn’t take is stored after a moment, and removed when it takes it', async (test) => {
  const { pair, network, push, taken, sweepAt, store } = world(test)
  pair.found(undefined)
  Object.assign(network, { isUp: true, takes: false })
  push('slow')
  await turn()
  assert.deepEqual([bodies(network.said), taken], [['slow'], []])
  await sweepAt(1_000)
  assert.deepEqual([store.rows.length, taken, network.said.length], [1, ['slow'], 1])
})
