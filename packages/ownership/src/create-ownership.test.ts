import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type InstanceId, Kind } from '@heliograph/bus'
import { silentTelemetry } from '@heliograph/telemetry'
import { SimBus } from '../test/sim/sim-links.ts'
import { SimStore } from '../test/sim/sim-store.ts'
import { type Host, World } from '../test/sim/world.ts'
import { createOwnership } from './create-ownership.ts'
import type { Ownership, Tenancy } from './ownership.ts'
import { PARTITIONS } from './ownership.ts'

class Site {
  readonly world = new World(7)
  readonly store = new SimStore(this.world)
  readonly bus = new SimBus(this.world)

  /** An owner of rooms that notes what it is told. */
  start(name: string, tenancy: Partial<Tenancy> = {}) {
    const host: Host = { name, state: 'running' }
    const links = this.bus.connect(host)
    const notes: string[] = []
    const lapses: InstanceId[] = []
    const departures: InstanceId[] = []
    const ownership = createOwnership({
      kind: Kind.room,
      links,
      liveState: this.store.seenBy(host),
      watch: [],
      telemetry: silentTelemetry(),
      clock: this.world.clockOf(host),
      lapsed: (instance) => void lapses.push(instance),
      tenancy: {
        load: (partition) => Promise.resolve(void notes.push(`load ${partition}`)),
        unload: (partition, reason) => Promise.resolve(void notes.push(`${reason} ${partition}`)),
        restore: (partition) => Promise.resolve(void notes.push(`restore ${partition}`)),
        ...tenancy,
      },
    })
    ownership.onDeparture((instance) => void departures.push(instance))
    void ownership.start()
    return {
      host,
      links,
      ownership,
      lapses,
      departures,
      notes,
      told: (what: string) => notes.filter((each) => each.startsWith(what)).length,
    }
  }

  pass(ms: number): Promise<void> {
    return this.world.run(this.world.now + ms, () => undefined)
  }
}

function served(ownership: Ownership): number {
  return Array.from({ length: PARTITIONS }, (_, partition) => ownership.epochOf(partition)).filter((epoch) => epoch > 0)
    .length
}

test('a hand-over first settles what was emitted, while other owners are still let in, and then ends', async () => {
  const site = new Site()
  const steps = new Map<number, string[]>()
  const note = async (partition: number, step: string) => {
    steps.set(partition, [...(steps.get(partition) ?? []), `${step} ${a.ownership.phaseOf(partition)}`])
  }
  const a = site.start('muc-a-1', {
    settle: (partition) => note(partition, 'settle'),
    unload: (partition, reason) => note(partition, reason),
  })
  await site.pass(8000)
  const b = site.start('muc-b-1')
  await site.pass(8000)
  assert.equal(steps.size, served(b.ownership))
  for (const each of steps.values()) assert.deepEqual(each, ['settle settling', 'handover leaving'])
})

test('one instance alone owns everything, and gives the joiner its share once members have been the same for two heartbeats', async () => {
  const site = new Site()
  const a = site.start('muc-a-1')
  await site.pass(5000)
  assert.equal(served(a.ownership), PARTITIONS)
  const b = site.start('muc-b-1')
  await site.pass(1000)
  assert.equal(served(b.ownership), 0)
  await site.pass(3000)
  assert.equal(served(a.ownership) + served(b.ownership), PARTITIONS)
  assert.ok(served(b.ownership) > PARTITIONS / 3)
  assert.deepEqual([a.told('handover'), b.told('load')], [served(b.ownership), served(b.ownership)])
  for (const { ownership } of [a, b]) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const expected = a.ownership.epochOf(partition) > 0 ? 'muc-a-1' : 'muc-b-1'
      assert.equal(ownership.ownerOf(Kind.room, partition)?.instance, expected)
    }
  }
})

test('at most 32 partitions are handed over at a time', async () => {
  const site = new Site()
  let leaving = 0
  let most = 0
  const unload = async () => {
    most = Math.max(most, ++leaving)
    await new Promise<void>((resolve) => void site.world.at(site.world.now + 20, undefined, resolve))
    leaving--
  }
  const a = site.start('muc-a-1', { unload })
  await site.pass(5000)
  site.start('muc-b-1')
  await site.pass(5000)
  assert.ok(served(a.ownership) < PARTITIONS)
  assert.equal(most, 32)
})

test('what a killed owner held is served elsewhere within TTL and a second, after it was fenced', async () => {
  const site = new Site()
  const fenced: InstanceId[] = []
  const fence = (instances: readonly InstanceId[]) => {
    fenced.push(...instances)
    return fenced.length < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve()
  }
  const a = site.start('muc-a-1', { fence })
  const b = site.start('muc-b-1')
  await site.pass(8000)
  b.host.state = 'dead'
  await site.pass(4000)
  assert.deepEqual(
    [served(a.ownership), a.departures, fenced],
    [PARTITIONS, ['muc-b-1'], ['muc-b-1', 'muc-b-1', 'muc-b-1']],
  )
  assert.equal(a.links.send('muc-b-1', {} as never), false)
})

test('a stopped owner knows at once, without any timer, that its lease has run out; others take it for dead', async () => {
  const site = new Site()
  const a = site.start('muc-a-1')
  const b = site.start('muc-b-1')
  await site.pass(8000)
  const had = served(b.ownership)
  b.host.state = 'stopped'
  await site.pass(10_000)
  assert.deepEqual([b.ownership.current, served(b.ownership), served(a.ownership)], [false, 0, PARTITIONS])
  site.world.resume(b.host)
  await site.pass(100)
  assert.deepEqual([b.lapses, b.told('lost'), b.told('handover')], [['muc-b-1'], had, 0])
  await site.pass(5000)
  assert.deepEqual([b.lapses.length, served(b.ownership)], [1, 0])
})

test('while the store is out of reach for longer than the lease nothing is served, and then it goes on with what is in memory', async () => {
  const site = new Site()
  const a = site.start('muc-a-1')
  const b = site.start('muc-b-1')
  await site.pass(8000)
  const phases: string[] = []
  const mine = Array.from({ length: PARTITIONS }, (_, each) => each).find((each) => a.ownership.epochOf(each) > 0)!
  const epoch = a.ownership.epochOf(mine)
  a.ownership.onPhase((partition, phase) => partition === mine && phases.push(phase))
  site.store.reachable = false
  await site.pass(4000)
  assert.deepEqual([a.ownership.phaseOf(mine), a.ownership.epochOf(mine), phases], ['pending', 0, []])
  assert.equal(
    a.ownership.heldEpochOf(mine),
    epoch,
    'what is under way still goes out: it is refused where there is a successor',
  )
  site.store.reachable = true
  await site.pass(1000)
  assert.deepEqual([a.ownership.phaseOf(mine), a.ownership.epochOf(mine), phases], ['served', epoch, ['served']])
  assert.equal(served(a.ownership) + served(b.ownership), PARTITIONS)
  for (const { notes, lapses, departures } of [a, b]) {
    const unloaded = notes.filter((note) => note.startsWith('lost') || note.startsWith('restore'))
    assert.deepEqual([unloaded, lapses, departures], [[], [], []])
  }
})

test('a store that comes back empty is told again what it held, and serving goes on meanwhile', async () => {
  const site = new Site()
  const a = site.start('muc-a-1')
  const b = site.start('muc-b-1')
  await site.pass(8000)
  const shares = [served(a.ownership), served(b.ownership)]
  site.store.empty()
  for (let i = 0; i < 50; i++) {
    await site.pass(100)
    assert.deepEqual([served(a.ownership), served(b.ownership)], shares)
  }
  assert.deepEqual([a.told('restore'), b.told('restore')], shares)
  assert.deepEqual([a.told('lost'), b.told('lost'), a.departures], [0, 0, []])
})

test('loading is tried again until it succeeds', async () => {
  const site = new Site()
  let tries = 0
  const load = () => (++tries <= PARTITIONS ? Promise.reject(new Error('not yet')) : Promise.resolve())
  const a = site.start('muc-a-1', { load })
  await site.pass(5000)
  assert.deepEqual([served(a.ownership), tries], [PARTITIONS, 2 * PARTITIONS])
})

test('an instance that drains gives everything to the others and takes nothing again', async () => {
  const site = new Site()
  const a = site.start('muc-a-1')
  const b = site.start('muc-b-1')
  await site.pass(8000)
  const had = served(a.ownership)
  let drained = false
  const began = site.world.now
  let took = 0
  void a.ownership.drain().then(() => {
    drained = true
    took = site.world.now - began
  })
  await site.pass(3000)
  assert.deepEqual([drained, served(b.ownership), a.told('handover'), a.told('lost')], [true, PARTITIONS, had, 0])
  assert.ok(took < 1500, `took ${took} ms`)
  await a.ownership[Symbol.asyncDispose]
  await site.pass(5000)
  assert.equal(served(a.ownership), 0)
})

test('the last instance that drains leaves everything free, also what it could not load', async () => {
  const site = new Site()
  const a = site.start('muc-a-1', {
    load: (partition) => (partition < 10 ? Promise.reject(new Error('never')) : Promise.resolve()),
  })
  await site.pass(5000)
  assert.equal(served(a.ownership), PARTITIONS - 10)
  let drained = false
  void a.ownership.drain().then(() => {
    drained = true
  })
  await site.pass(3000)
  assert.equal(drained, true)
  void a.ownership[Symbol.asyncDispose]()
  const b = site.start('muc-b-1')
  await site.pass(3000)
  assert.equal(served(b.ownership), PARTITIONS)
})

test('one that came and went between two looks is noticed when the bus finds nobody there', async () => {
  const site = new Site()
  const a = site.start('muc-a-1')
  await site.pass(5000)
  a.links.nobodyListensAs('muc-z-1')
  a.links.nobodyListensAs('session-z-1')
  await site.pass(100)
  a.links.nobodyListensAs('muc-z-1')
  await site.pass(100)
  assert.deepEqual(a.departures, ['muc-z-1'])
})

test('heartbeats that can miss the lease are refused', () => {
  const site = new Site()
  const links = site.bus.connect({ name: 'muc-a-1', state: 'running' })
  const liveState = site.store.seenBy(links.host)
  const options = {
    kind: Kind.room,
    links,
    liveState,
    watch: [],
    telemetry: silentTelemetry(),
    lapsed: () => undefined,
  }
  assert.throws(() => createOwnership({ ...options, ttlMs: 1000, heartbeatMs: 500 }), RangeError)
})
