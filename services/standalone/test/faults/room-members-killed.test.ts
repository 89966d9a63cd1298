/** MUC-23: owners of the users who are in rooms die while people talk; they stay in the rooms, and miss and repeat nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, infrastructure, Site } from '@heliograph/testkit'
import { Chorus } from './room-chorus.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('an owner of users in rooms is killed, then one of rooms at the same time as the other of users', async () => {
  await using servers = await infrastructure({ own: true })
  await using site = await Site.cluster({ servers })
  await using chorus = await Chorus.start(site)
  const cluster = site.server as Cluster
  const [session, other] = cluster.of('session')
  const [muc] = cluster.of('muc')
  chorus.talk()
  await pause(1_500)
  await session!.process.kill()
  await pause(6_000)
  await session!.process.start()
  await pause(5_000)
  await Promise.all([other!.process.kill(), muc!.process.kill()])
  await pause(6_000)
  chorus.stopTalking()
  await chorus.heard(30_000)
  assert.deepEqual(chorus.verdict(), [])
})
