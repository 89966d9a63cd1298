/** MUC-23: the owner of rooms dies while people talk in them; nobody enters again, sees anybody leave, or misses anything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, infrastructure, Site } from '@heliograph/testkit'
import { Chorus } from './room-chorus.ts'
import { LibraryPair } from './room-library-pair.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('each owner of rooms is killed in its turn: another goes on where it was', async () => {
  await using servers = await infrastructure({ own: true })
  await using site = await Site.cluster({ servers, counts: { edge: 3 } })
  await using chorus = await Chorus.start(site, { rooms: 50, clients: 20 })
  // Clients of another's library, which know nothing of what this test looks at.
  await using pair = await LibraryPair.start(site)
  pair.talk()
  // Fifty messages a second, a thousand copies; each room hears one a second.
  chorus.talk({ voices: 1 })
  for (const owner of (site.server as Cluster).of('muc')) {
    await pause(1_500)
    await owner.process.kill()
    // Longer than its lease: the other has all rooms by then.
    await pause(6_000)
    // The new instance is given rooms back while they are talked in.
    await owner.process.start()
    await pause(5_000)
  }
  chorus.stopTalking()
  pair.stopTalking()
  await chorus.heard(30_000)
  await pair.heard(30_000)
  assert.deepEqual([...chorus.verdict(), ...pair.verdict()], [])
})
