import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

test('NATS is killed and restarted: traffic stalls, and goes on where it was', async () => {
  await using rig = await Rig.start()
  const { load, servers } = rig
  await load.flowing(15_000)
  await servers.nats.kill()
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  await servers.nats.start()
  await load.flowing(15_000)
  assert.deepEqual(await load.verdict(), [])
  assert.equal(load.resumed + load.rebound, 0)
  assert.deepEqual(load.presenceSeen, [])
})
