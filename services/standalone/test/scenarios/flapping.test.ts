/** PRES-15: presence that changes all the time costs its watchers little, and ends with what is true. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { bothModes, type RawClient } from '@heliograph/testkit'
import { isPresence, newcomer } from '../support/actor.ts'
import { befriend } from '../support/friends.ts'

const scenario = await bothModes()
const WINDOW_MS = 2_000

async function statusesOf(watcher: RawClient, jid: string, last: string): Promise<string[]> {
  const statuses: string[] = []
  while (statuses.at(-1) !== last)
    statuses.push((await watcher.expect((it) => isPresence(it, jid), 20_000)).getChildText('status') ?? '')
  return statuses
}

scenario('of fifty changes in a moment a watcher sees a few, in order, the last among them', async (site) => {
  await using flapper = await newcomer(site, 'flapper', { edge: 0 })
  await using watcher = await newcomer(site, 'watcher', { edge: 1 })
  await befriend(flapper, watcher)
  watcher.takeAll('presence')
  for (let at = 0; at < 50; at++) flapper.send(`<presence><status>${at}</status></presence>`)
  const numbers = (await statusesOf(watcher, flapper.jid, '49')).map(Number)
  assert.ok(numbers.length <= 10, `${numbers.length} changes came`)
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  )
})

scenario('who leaves while flapping is gone, and stays gone', async (site) => {
  await using flapper = await newcomer(site, 'flapper', { edge: 0 })
  await using watcher = await newcomer(site, 'watcher', { edge: 1 })
  await befriend(flapper, watcher)
  for (let at = 0; at < 20; at++) flapper.send(`<presence><status>${at}</status></presence>`)
  await flapper.close()
  await watcher.expect((it) => isPresence(it, flapper.jid, 'unavailable'), 20_000)
  await sleep(WINDOW_MS + 500)
  assert.deepEqual(watcher.takeAll((it) => isPresence(it, flapper.jid, 'unavailable')).map(String), [])
  const later = watcher.received.slice(watcher.received.findIndex((it) => isPresence(it, flapper.jid, 'unavailable')))
  assert.ok(!later.some((it) => isPresence(it, flapper.jid)))
})
