import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

test('an owner of users is killed: another takes over within 5 s, streams stay, nothing is lost', async () => {
  await using rig = await Rig.start()
  const { load } = rig
  await load.flowing(15_000)
  await rig.first('session').process.kill()
  await load.flowing(15_000)
  await rig.first('session').process.start()
  // The new instance is given partitions back while messages flow.
  await load.flowing(15_000)
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  assert.deepEqual(await load.verdict(), [])
  assert.equal(load.resumed + load.rebound, 0)
  assert.deepEqual(load.presenceSeen, [])
})
