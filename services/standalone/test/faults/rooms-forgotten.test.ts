/** MUC-21: who is in a room is lost with its owner and with Redis; every occupant is told, and enters again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, infrastructure, Site } from '@heliograph/testkit'
import { newcomer, saying, together } from '../support/actor.ts'
import { codesOf, freshRoom, join, makeRoom, tell } from '../support/room.ts'

test('a room that forgot its occupants says so to each of them', async () => {
  await using servers = await infrastructure({ own: true })
  await using site = await Site.cluster({ servers })
  using all = together({
    crone: await newcomer(site, 'crone', { edge: 0 }),
    hag: await newcomer(site, 'hag', { edge: 1 }),
  })
  const { crone, hag } = all
  const room = freshRoom(site)
  await makeRoom(crone, room, 'first', { persistentroom: '1' })
  await join(hag, room, 'second')
  await crone.expect((it) => it.attrs.from === `${room}/second`)
  await Promise.all((site.server as Cluster).of('muc').map(({ process }) => process.kill()))
  // It keeps nothing.
  await servers.redis.kill()
  await servers.redis.start()
  await Promise.all((site.server as Cluster).of('muc').map(({ process }) => process.start()))
  for (const [client, nick] of [
    [crone, 'first'],
    [hag, 'second'],
  ] as const) {
    const told = await client.expect(
      (it) => it.attrs.from === `${room}/${nick}` && it.attrs.type === 'unavailable',
      30_000,
    )
    assert.deepEqual([told.attrs.to, codesOf(told)], [client.jid, ['110', '307', '333']])
  }
  await join(crone, room, 'first')
  await join(hag, room, 'second')
  tell(hag, room, 'here again')
  await crone.expect(saying('here again'))
})
