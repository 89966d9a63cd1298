/** MUC-23: the owner of rooms dies while people talk in them; nobody enters again, sees anybody leave, or misses anything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, infrastructure, type RawClient, Site } from '@heliograph/testkit'
import { bareOf, enter } from '../support/actor.ts'
import { commandOf, commandStep } from '../support/commands.ts'
import { freshRoom, knock, makeRoom } from '../support/room.ts'
import { Chorus } from './room-chorus.ts'
import { Followers } from './room-followers.ts'
import { LibraryPair } from './room-library-pair.ts'

const HATS = 'urn:xmpp:hats:commands'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('each owner of rooms is killed in its turn: another goes on where it was', async () => {
  await using servers = await infrastructure({ own: true })
  await using site = await Site.cluster({ servers, counts: { edge: 3 } })
  await using chorus = await Chorus.start(site, { rooms: 50, clients: 20 })
  // Clients of another's library, which know nothing of what this test looks at.
  await using pair = await LibraryPair.start(site)
  pair.talk()
  // And some who are in no room, and hear what is said in one.
  await using followers = await Followers.start(site)
  followers.talk()
  await using hatter = await enter(site, await site.person('hatter'), { edge: 2 })
  const room = await wearHat(site, hatter)
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
  followers.stopTalking()
  await chorus.heard(30_000)
  await pair.heard(30_000)
  await followers.heard(30_000)
  await using late = await enter(site, await site.person('late'))
  knock(late, room, 'late')
  await late.expect((it) => it.attrs.from === `${room}/hatter` && `${it}`.includes('Mad Hatter'), 20_000)
  assert.deepEqual([...chorus.verdict(), ...pair.verdict(), ...followers.verdict()], [])
})

/** In a room of his own. */
async function wearHat(site: Site, hatter: RawClient): Promise<string> {
  const room = freshRoom(site, 'tea')
  await makeRoom(hatter, room, 'hatter')
  const command = async (name: string, fields: Readonly<Record<string, string>>) => {
    const node = `${HATS}:${name}`
    commandOf(
      await commandStep(hatter, { to: room, node, fields: { 'hats#uri': 'urn:x:mad', ...fields }, formType: HATS }),
    )
  }
  await command('create', { 'hats#title': 'Mad Hatter' })
  await command('assign', { 'hats#jid': bareOf(hatter.jid) })
  return room
}
