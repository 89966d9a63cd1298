import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

test('an edge is killed: its clients resume at the other, nothing is lost, nobody notices', async () => {
  await using rig = await Rig.start()
  const { load } = rig
  await load.flowing(15_000)
  await rig.first('edge').process.kill()
  await load.flowing(10_000)
  await rig.first('edge').process.start()
  assert.deepEqual(await load.verdict(), [])
  assert.ok(load.talkers.some(({ resumed }) => resumed > 0))
  assert.equal(load.rebound, 0)
  assert.deepEqual(load.presenceSeen, [])
})
