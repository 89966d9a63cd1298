import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentTelemetry } from '@heliograph/telemetry'
import { ownServer } from '@heliograph/testkit'
import { Redis } from 'ioredis'
import { type Lease, RedisLiveState } from '../src/index.ts'
import { liveStateContract } from '../src/live-state.contract.ts'

const server = await ownServer('redis')
after(() => server[Symbol.asyncDispose]())
const { log } = silentTelemetry()
let subjects = 0

async function connected(prefix: string, commandTimeoutMs = 1000): Promise<RedisLiveState> {
  const state = new RedisLiveState({ addresses: [server.url], prefix, commandTimeoutMs, log })
  await reachable(state)
  return state
}

async function reachable(state: RedisLiveState): Promise<void> {
  for (const until = Date.now() + 3000; ; ) {
    try {
      return await state.ping(200)
    } catch (error) {
      if (Date.now() > until) throw error
      await sleep(10)
    }
  }
}

liveStateContract('redis', async () => {
  const prefix = `test${++subjects}:`
  const state = await connected(prefix)
  const admin = new Redis(server.url)
  return {
    state,
    pass: (ms: number) => sleep(ms),
    async empty() {
      await admin.flushall()
    },
    async [Symbol.asyncDispose]() {
      admin.disconnect()
      await state[Symbol.asyncDispose]()
    },
  }
})

test('redis: a restarted server is found again at once, its scripts are loaded again', async () => {
  await using state = await connected('restart:')
  const place = { service: 'muc', partition: 1, epoch: 1 }
  await state.write(place, [{ field: 'a', value: Buffer.from('b') }])
  await server.kill()
  await assert.rejects(state.write(place, []))
  await server.start()
  const started = Date.now()
  await reachable(state)
  assert.ok(Date.now() - started < 2_000)
  const writes = Array.from({ length: 20 }, (_, i) => state.append(place, 'list', [Buffer.of(i)]))
  assert.deepEqual(new Set(await Promise.all(writes)), new Set([true]))
  assert.deepEqual(
    await state.readList(place, 'list'),
    Array.from({ length: 20 }, (_, i) => Buffer.of(i)),
  )
})

test('redis: a server that hangs costs no call more than the time-out', async () => {
  await using state = await connected('hang:', 200)
  await server.pause()
  try {
    const started = Date.now()
    const calls = [1, 2, 3].map((i) => assert.rejects(state.increment(`c${i}`, 60)))
    await sleep(50)
    await Promise.all([...calls, assert.rejects(state.peek('c')), assert.rejects(state.ping(100))])
    assert.ok(Date.now() - started < 2_000)
  } finally {
    await server.resume()
  }
  await reachable(state)
})

test('redis: a store that has lost what an instance needs not say again asks for it', async () => {
  await using state = await connected('older:')
  const admin = new Redis(server.url)
  const member = { instance: 'a', rpc: '', draining: false }
  const beat = (storeId: string, claim: readonly number[], held: readonly Lease[]) =>
    state.heartbeat({ service: 'muc', member, ttlMs: 100, storeId, claim, release: [], held, above: 0 })
  let renewal = await beat('', [1], [])
  while (renewal.holdings.length === 0) renewal = await beat(renewal.storeId, [1], [])
  const { storeId, holdings } = renewal
  const held = holdings.map(({ partition, epoch }) => ({ partition, epoch }))
  for (let i = 0; i < 3; i++) assert.deepEqual((await beat(storeId, [], held)).holdings, holdings)
  // As after a failover to a replica that lagged.
  await admin.hdel('older:{muc}:leases', 'p:1')
  await admin.hincrby('older:{muc}:leases', 'v', -1)
  assert.deepEqual((await beat(storeId, [], held)).holdings, holdings)
  admin.disconnect()
})

test('redis: what was written before a flush of the scripts still works', async () => {
  await using state = await connected('scripts:')
  const admin = new Redis(server.url)
  await state.increment('a', 60)
  await admin.script('FLUSH')
  assert.equal(await state.increment('a', 60), 2)
  admin.disconnect()
})
