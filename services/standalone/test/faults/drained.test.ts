import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

test('each tier is drained and started again under load: no session is lost, nobody sees anyone leave', async () => {
  await using rig = await Rig.start()
  const { load } = rig
  await load.flowing(15_000)
  for (const role of ['session', 'fanout', 'gateway'] as const) {
    const { process } = rig.first(role)
    assert.equal(await process.drain(), 0, `${role} ends in order`)
    await load.flowing(15_000)
    await process.start()
    await load.flowing(15_000)
  }
  assert.equal(load.resumed + load.rebound, 0, 'a tier behind the edge is replaced without touching a stream')
  const edge = rig.first('edge').process
  assert.equal(await edge.drain(), 0)
  await load.flowing(15_000)
  await edge.start()
  assert.deepEqual(await load.verdict(), [])
  assert.ok(load.resumed > 0)
  assert.equal(load.rebound, 0)
  assert.deepEqual(load.presenceSeen, [])
})
