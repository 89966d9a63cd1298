import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSwitchboard, Envelope, Kind, Op, type Switchboard } from '@heliograph/bus'
import { RedisLiveState } from '@heliograph/live-state'
import { silentTelemetry } from '@heliograph/telemetry'
import { ownServer } from '@heliograph/testkit'
import { createOwnership, createRouter, type Ownership, PARTITIONS, type Router } from '../src/index.ts'

const redis = await ownServer('redis')
after(() => redis[Symbol.asyncDispose]())
const telemetry = silentTelemetry()
const times = { ttlMs: 1500, heartbeatMs: 300 }
let clusters = 0

interface Instance extends AsyncDisposable {
  readonly ownership: Ownership
  readonly router: Router
  readonly notes: string[]
  readonly lapsed: string[]
  /** Falls silent, as a process that was killed. */
  kill(): Promise<void>
}

async function start(board: Switchboard, prefix: string, name: string): Promise<Instance> {
  const links = board.links(name)
  const liveState = new RedisLiveState({ addresses: [redis.url], prefix, log: telemetry.log })
  const notes: string[] = []
  const lapsed: string[] = []
  const note = (what: string) => Promise.resolve(void notes.push(what))
  const ownership = createOwnership({
    ...times,
    kind: Kind.room,
    links,
    liveState,
    watch: [],
    telemetry,
    lapsed: (instance) => void lapsed.push(instance),
    tenancy: { load: () => note('load'), unload: (_, reason) => note(reason), restore: () => note('restore') },
  })
  const router = createRouter({ links, ownership, telemetry })
  router.serve((envelope, from) => router.receipt(from, envelope.transfer))
  await ownership.start()
  const kill = async () => {
    await liveState[Symbol.asyncDispose]()
    await links[Symbol.asyncDispose]()
  }
  const dispose = async () => {
    await router[Symbol.asyncDispose]()
    await ownership[Symbol.asyncDispose]()
    await kill()
  }
  return { ownership, router, notes, lapsed, kill, [Symbol.asyncDispose]: dispose }
}

function served({ ownership }: Instance): number {
  return Array.from({ length: PARTITIONS }, (_, partition) => ownership.epochOf(partition)).filter((epoch) => epoch > 0)
    .length
}

async function until(done: () => boolean, withinMs: number): Promise<number> {
  const began = performance.now()
  while (!done()) {
    assert.ok(performance.now() - began < withinMs, `not within ${withinMs} ms`)
    await sleep(5)
  }
  return performance.now() - began
}

async function pair(): Promise<[Instance, Instance]> {
  const board = createSwitchboard({ encode: true })
  const prefix = `ownership${++clusters}:`
  const a = await start(board, prefix, 'muc-a-1')
  const b = await start(board, prefix, 'muc-b-1')
  await until(() => served(a) + served(b) === PARTITIONS && served(a) > 0 && served(b) > 0, 20_000)
  return [a, b]
}

test('over Redis: what a killed owner held is served elsewhere within TTL and a second, and nothing sent meanwhile is lost', async () => {
  const [a, b] = await pair()
  await using _ = a
  await b.kill()
  const outcomes: string[] = []
  const keys = Array.from({ length: 500 }, (_, i) => `room${i}@conference.example.org`)
  for (const key of keys)
    a.router.transfer(Kind.room, key, new Envelope(Op.route), (outcome) => void outcomes.push(outcome))
  const took = await until(() => served(a) === PARTITIONS, 10_000)
  assert.ok(took < times.ttlMs + 5_000, `took ${took} ms`)
  await until(() => outcomes.length === keys.length, 5000)
  assert.deepEqual(new Set(outcomes), new Set(['taken']))
  await b[Symbol.asyncDispose]()
})

test('over Redis: a hand-over is a matter of moments', async () => {
  const [a, b] = await pair()
  await using _ = a
  await using __ = b
  const had = served(a)
  await a.ownership.drain()
  await until(() => served(b) === PARTITIONS, 5000)
  assert.deepEqual([a.notes.filter((note) => note === 'handover').length, a.notes.includes('lost')], [had, false])
})

test('over Redis: a Redis restarted empty costs no owner its partitions', async () => {
  const [a, b] = await pair()
  await using _ = a
  await using __ = b
  const shares = [served(a), served(b)]
  const restored = ({ notes }: Instance) => notes.filter((note) => note === 'restore').length
  await redis.kill()
  await sleep(200)
  await redis.start()
  await until(() => restored(a) === shares[0] && restored(b) === shares[1], 5000)
  await until(() => served(a) === shares[0] && served(b) === shares[1], 5000)
  assert.deepEqual([a.notes.includes('lost'), b.notes.includes('lost'), a.lapsed, b.lapsed], [false, false, [], []])
})

test('over Redis: a Redis that hangs longer than the lease stops everybody, and nobody loses anything by it', async () => {
  const [a, b] = await pair()
  await using _ = a
  await using __ = b
  const shares = [served(a), served(b)]
  await redis.pause()
  try {
    await sleep(times.ttlMs + 200)
    assert.deepEqual([served(a), served(b), a.ownership.current], [0, 0, false])
  } finally {
    await redis.resume()
  }
  await until(() => served(a) === shares[0] && served(b) === shares[1], 5000)
  const unhurt = ({ notes, lapsed }: Instance) =>
    !notes.includes('lost') && !notes.includes('restore') && lapsed.length === 0
  assert.deepEqual([unhurt(a), unhurt(b)], [true, true])
})
