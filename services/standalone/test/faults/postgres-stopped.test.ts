import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

const AWAY_MS = 30_000

test('Postgres is stopped for 30 s: chat goes on, nothing is acknowledged before it is stored, the archive catches up', async () => {
  await using rig = await Rig.start({ rate: 60 })
  const { load, servers } = rig
  await load.flowing(15_000)
  await servers.postgres.stop()
  const since = Date.now()
  // Deliveries wait for their commit only until the stall is noticed.
  await load.flowing(15_000)
  const acknowledged = () => load.talkers.reduce((sum, { client }) => sum + (client?.sm?.acked ?? 0), 0)
  await Promise.all(load.talkers.map(({ client }) => client?.requestAck(10_000)))
  const before = acknowledged()
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  await Promise.all(load.talkers.map(({ client }) => client?.requestAck(10_000)))
  assert.equal(acknowledged(), before, 'an h that covers a message which is not stored')
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS - (Date.now() - since)))
  await servers.postgres.start()
  await load.flowing(15_000)
  assert.deepEqual(await load.verdict(), [])
  assert.equal(load.resumed + load.rebound, 0)
})
