/** MUC-23: Postgres stops while people talk in rooms; they go on, and what was said is stored when it is back. Where nothing is, nobody notices. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { infrastructure, Site } from '@heliograph/testkit'
import { newcomer, saying } from '../support/actor.ts'
import { freshRoom, makeRoom, tell, UNLOGGED } from '../support/room.ts'
import { Chorus } from './room-chorus.ts'
import { Followers } from './room-followers.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('Postgres stops and comes back while people talk in rooms', async () => {
  await using servers = await infrastructure({ own: true })
  await using site = await Site.cluster({ servers })
  await using chorus = await Chorus.start(site, { rooms: 3 })
  await using soloist = await newcomer(site, 'soloist', { sm: true })
  const stage = freshRoom(site, 'stage')
  await makeRoom(soloist, stage, 'alone', UNLOGGED)
  await using followers = await Followers.start(site)
  // Slowly enough for what a room takes from one client, when all that waited comes at once.
  chorus.talk({ everyMs: 80 })
  followers.talk(200)
  await pause(1_000)
  await servers.postgres.stop()
  tell(soloist, stage, 'without archive')
  await soloist.expect(saying('without archive'))
  // It is in custody although Postgres is away.
  await soloist.acknowledged()
  await pause(5_000)
  await servers.postgres.start()
  await pause(3_000)
  chorus.stopTalking()
  followers.stopTalking()
  await chorus.heard(30_000)
  await followers.heard(30_000)
  assert.deepEqual([...chorus.verdict(), ...followers.verdict()], [])
})
