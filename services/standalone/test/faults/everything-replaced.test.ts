import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role } from '@heliograph/testkit'
import { Rig } from './rig.ts'

const SERVICES: readonly Role[] = ['session', 'edge', 'fanout', 'muc', 'pubsub', 'gateway']

test('two people chat while every process but Postgres and NATS is killed and replaced, one after another, twice', async () => {
  await using rig = await Rig.start({ pairs: 1, rate: 20 })
  const { load, servers, cluster } = rig
  for (let round = 1; round <= 2; round++) {
    for (const role of SERVICES) {
      for (const member of cluster.of(role)) {
        await rig.replace(member)
        await load.flowing(15_000)
      }
    }
    await servers.redis.kill()
    await servers.redis.start()
    await load.flowing(15_000)
    // Owners notice with their next heartbeat that their recovery copies are gone, and write them again.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
  }
  assert.deepEqual(await load.verdict(), [])
  assert.equal(load.rebound, 0)
})
