import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentTelemetry } from '@heliograph/telemetry'
import { freePort } from '@heliograph/testkit'
import { Redis } from 'ioredis'
import { RedisLiveState } from '../src/index.ts'

/** A Redis Cluster of one node that has all slots: it refuses scripts whose keys are in different slots, as a larger one does. */
async function startCluster(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hg-cluster-'))
  const port = await freePort()
  const args = [
    '--port',
    port,
    '--cluster-port',
    await freePort(),
    '--bind',
    '127.0.0.1',
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
  ]
  const server = spawn('redis-server', [...args.map(String), '--save', '', '--dir', dir], { stdio: 'ignore' })
  after(async () => {
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
    await rm(dir, { recursive: true, force: true })
  })
  const admin = new Redis(port, '127.0.0.1', {
    enableReadyCheck: false,
    maxRetriesPerRequest: null,
    retryStrategy: () => 20,
  })
  admin.on('error', () => undefined)
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  while (!String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await sleep(20)
  admin.disconnect()
  return `redis://127.0.0.1:${port}`
}

const missing = spawnSync('redis-server', ['--version']).error && 'no redis-server on PATH'

test('redis cluster: each operation stays within one slot', { skip: missing ?? false, timeout: 30_000 }, async () => {
  const address = await startCluster()
  const { log } = silentTelemetry()
  await using state = new RedisLiveState({ addresses: [address], topology: 'cluster', prefix: 'c:', log })
  for (let tries = 0; ; tries++) {
    const reached = await state.ping(500).then(
      () => true,
      () => false,
    )
    if (reached) break
    assert.ok(tries < 100)
    await sleep(20)
  }
  const partitions = Array.from({ length: 256 }, (_, partition) => partition)
  const wrote = partitions.map(async (partition) => {
    const place = { service: 'session', partition, epoch: 1 }
    const record = { field: 'a', value: Buffer.of(partition) }
    const done = [await state.write(place, [record]), await state.append(place, 'q', [Buffer.of(1)])]
    assert.deepEqual([done, (await state.read(place)).get('a')], [[true, true], record.value])
    assert.equal(await state.dropList(place, 'q'), true)
  })
  await Promise.all(wrote)
  const member = { instance: 'a', rpc: '', draining: false }
  const beat = { service: 'session', member, ttlMs: 1000, storeId: '', claim: [], release: [], held: [], above: 0 }
  assert.equal((await state.heartbeat(beat)).alive, true)
  assert.deepEqual((await state.standing('session')).members, [member])
  await state.leave('session', 'a')
  assert.equal(await state.increment('k', 60), 1)
})
