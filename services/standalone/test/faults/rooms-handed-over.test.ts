/** MUC-22: instances that own rooms are replaced in order, and nobody in the rooms notices. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, infrastructure, Site } from '@heliograph/testkit'
import { Chorus } from './room-chorus.ts'
import { Followers } from './room-followers.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('owners of rooms and of users are replaced one after the other while people talk', async () => {
  await using servers = await infrastructure({ own: true })
  await using site = await Site.cluster({ servers })
  await using chorus = await Chorus.start(site)
  chorus.talk()
  // And some who are in no room, and hear what is said in one.
  await using followers = await Followers.start(site)
  followers.talk()
  const cluster = site.server as Cluster
  for (const member of [...cluster.of('muc'), cluster.of('session')[0]!]) {
    await pause(1_000)
    assert.equal(await member.process.drain(), 0)
    await pause(500)
    await member.process.start()
    await pause(3_000)
  }
  chorus.stopTalking()
  followers.stopTalking()
  await chorus.heard(30_000)
  await followers.heard(30_000)
  assert.deepEqual([...chorus.verdict(), ...followers.verdict()], [])
})
