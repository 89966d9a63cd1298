import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

test('Redis comes back empty: owners write their sessions again, and one that is killed then loses none', async () => {
  await using rig = await Rig.start()
  const { load, servers } = rig
  await load.flowing(15_000)
  await servers.redis.kill()
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  await servers.redis.start()
  await load.flowing(15_000)
  // What owners wrote again is enough to take over from.
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  await rig.first('session').process.kill()
  await load.flowing(15_000)
  assert.deepEqual(await load.verdict(), [])
  assert.equal(load.resumed + load.rebound, 0)
  assert.deepEqual(load.presenceSeen, [])
})
