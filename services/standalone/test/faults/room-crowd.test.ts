import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, infrastructure, Site } from '@heliograph/testkit'
import { enter } from '../support/actor.ts'
import { freshRoom, makeRoom, UNLOGGED } from '../support/room.ts'
import { Listener, until, verdict } from './room-listeners.ts'

const LISTENERS = 50
const ROOMS = 3
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('an owner of users is killed, then an edge, while fifty people talk: nobody misses, repeats or reorders anything', async () => {
  await using servers = await infrastructure({ own: true })
  await using site = await Site.cluster({ servers })
  const cluster = site.server as Cluster
  const rooms = Array.from({ length: ROOMS }, () => freshRoom(site, 'crowd'))
  // At the edge that stays.
  using crowd = new DisposableStack()
  const host = await enter(site, await site.person('host'), { edge: 1 })
  crowd.defer(() => host.cut())
  for (const [i, room] of rooms.entries()) await makeRoom(host, room, 'host', i === 1 ? UNLOGGED : {})
  const numbers = Array.from({ length: LISTENERS }, (_, number) => number)
  const listeners: Listener[] = []
  for (let i = 0; i < LISTENERS; i += 10)
    listeners.push(...(await Promise.all(numbers.slice(i, i + 10).map((each) => Listener.start(site, each, rooms)))))
  for (const listener of listeners) crowd.defer(() => listener.stop())
  // The last have entered, and everybody has seen it.
  await pause(1_000)
  for (const listener of listeners) listener.listen()
  let turn = 0
  const talking = setInterval(() => {
    listeners[turn % LISTENERS]!.sayIn(rooms[turn % ROOMS]!)
    turn++
    if (turn % 20 === 0) for (const listener of listeners) listener.take()
  }, 50)
  crowd.defer(() => clearInterval(talking))
  const [session] = cluster.of('session')
  const [edge] = cluster.of('edge')
  await pause(1_500)
  await session!.process.kill()
  await pause(6_000)
  await session!.process.start()
  await pause(4_000)
  await edge!.process.kill()
  await pause(4_000)
  clearInterval(talking)
  const heardAll = () => {
    for (const listener of listeners) listener.take()
    return listeners.every(({ heard }) => [...heard.values()].flat().length >= turn)
  }
  await until(heardAll, 30_000)
  assert.deepEqual(verdict(listeners, rooms), [])
  assert.equal([...listeners[0]!.heard.values()].flat().length, turn)
  assert.ok(listeners.some(({ resumed }) => resumed > 0))
})
