import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

test('an owner is frozen for 10 s: others take over, and it writes nothing when it wakes', async () => {
  await using rig = await Rig.start()
  const { load } = rig
  await load.flowing(15_000)
  const frozen = rig.first('session').process
  frozen.freeze()
  await load.flowing(15_000)
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  frozen.thaw()
  // It finds that its lease has run out and ends, for its supervisor to start another.
  assert.notEqual(await frozen.exited, 0)
  await load.flowing(15_000)
  assert.deepEqual(await load.verdict(), [])
  assert.deepEqual(load.presenceSeen, [])
})
