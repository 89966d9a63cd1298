import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

const CLIENTS = 500

test('500 clients lose their connections at once: all resume, nothing is lost', async () => {
  await using rig = await Rig.start({ pairs: CLIENTS / 2, rate: 100 })
  const { load } = rig
  for (const talker of load.talkers) talker.client?.cut()
  await load.until('all are back', 20_000, () => load.resumed + load.rebound >= CLIENTS)
  assert.deepEqual(await load.verdict(30_000), [])
  assert.equal(load.rebound, 0)
  assert.deepEqual(load.presenceSeen, [])
})
