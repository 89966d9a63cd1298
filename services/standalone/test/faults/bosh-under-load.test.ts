import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

test('clients over BOSH, at both edges at once: an owner is killed, then an edge; nothing is lost, nobody notices', async () => {
  await using rig = await Rig.start({ pairs: 6, rate: 50, bosh: true })
  const { load } = rig
  await load.flowing(15_000)
  await rig.replace(rig.first('session'))
  await load.flowing(15_000)
  await rig.first('edge').process.kill()
  await load.flowing(15_000)
  await rig.first('edge').process.start()
  await load.flowing(15_000)
  assert.deepEqual(await load.verdict(), [])
  assert.ok(load.resumed > 0)
  assert.equal(load.rebound, 0)
  assert.deepEqual(load.presenceSeen, [])
})
