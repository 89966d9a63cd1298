import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

test('Redis hangs for longer than a lease, again and again: nothing is served meanwhile, and nothing under way is lost', async () => {
  await using rig = await Rig.start()
  const { load, servers } = rig
  await load.flowing(15_000)
  for (let time = 1; time <= 3; time++) {
    await servers.redis.pause()
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    await servers.redis.resume()
    await load.flowing(15_000)
  }
  assert.deepEqual(await load.verdict(), [])
  assert.equal(load.resumed + load.rebound, 0)
  assert.deepEqual(load.presenceSeen, [])
})
