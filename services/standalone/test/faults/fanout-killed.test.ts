import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

test('a fan-out instance is killed: each change of presence reaches its watcher once all the same', async () => {
  await using rig = await Rig.start()
  const { load } = rig
  await load.flowing(15_000)
  const killed = rig.first('fanout').process.kill()
  for (const talker of load.talkers) talker.send('<presence><show>away</show></presence>')
  await killed
  await load.until('everybody sees the change', 20_000, () => load.talkers.every(({ presence }) => presence.length > 0))
  await rig.first('fanout').process.start()
  for (const talker of load.talkers) talker.send('<presence><show>dnd</show></presence>')
  await load.until('and the next', 20_000, () => load.talkers.every(({ presence }) => presence.length > 1))
  assert.deepEqual(await load.verdict(), [])
  for (const { presence } of load.talkers) assert.deepEqual(presence, ['available', 'available'])
})
