/** MUC-18, MUC-23: a room of hundreds loses its owner while people talk in it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, infrastructure, type Person, Site } from '@heliograph/testkit'
import { newcomer } from '../support/actor.ts'
import { freshRoom, makeRoom, tell } from '../support/room.ts'
import { Listener, until, verdict } from './room-listeners.ts'

const PEOPLE = 60
const CLIENTS = 5
const AT_ONCE = 20
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Everybody by several clients, each of which is another occupant. */
async function fill(site: Site, room: string): Promise<Listener[]> {
  const people: Person[] = []
  for (let i = 0; i < PEOPLE; i += AT_ONCE)
    people.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => site.person('crowd')))))
  const listeners: Listener[] = []
  for (let i = 0; i < PEOPLE * CLIENTS; i += AT_ONCE) {
    const next = Array.from({ length: AT_ONCE }, (_, k) => i + k)
    listeners.push(...(await Promise.all(next.map((n) => Listener.start(site, n, [room], people[n % PEOPLE])))))
  }
  return listeners
}

test('the owner of a room with three hundred occupants is killed while they talk: nobody notices', async (t) => {
  await using servers = await infrastructure({ own: true })
  // One, so that it is the room's; whoever comes after it takes its place.
  await using site = await Site.cluster({ servers, counts: { muc: 1 } })
  const [owner] = (site.server as Cluster).of('muc')
  using crowd = new DisposableStack()
  const host = await newcomer(site, 'host', { edge: 1 })
  crowd.defer(() => host.cut())
  const room = freshRoom(site, 'hall')
  await makeRoom(host, room, 'host')
  const listeners = await fill(site, room)
  for (const listener of listeners) crowd.defer(() => listener.stop())
  // Rooms speak in one order: who hears this has seen everybody enter.
  tell(host, room, 'complete')
  await Promise.all(listeners.map((each) => each.hears('complete')))
  for (const listener of listeners) listener.listen()
  let turn = 0
  const talking = setInterval(() => {
    listeners[(turn * 7) % listeners.length]!.sayIn(room)
    turn++
    if (turn % 25 === 0) for (const listener of listeners) listener.take()
  }, 40)
  crowd.defer(() => clearInterval(talking))
  await pause(2_000)
  await owner!.process.kill()
  const killed = performance.now()
  const before = turn
  await owner!.process.start()
  await until(() => {
    listeners[0]!.take()
    return (listeners[0]!.heard.get(room) ?? []).length > before
  }, 30_000)
  t.diagnostic(`silent for ${Math.round(performance.now() - killed)} ms`)
  await pause(3_000)
  clearInterval(talking)
  const heardAll = () => {
    for (const listener of listeners) listener.take()
    return listeners.every(({ heard }) => (heard.get(room) ?? []).length >= turn)
  }
  await until(heardAll, 30_000)
  assert.deepEqual([...verdict(listeners, [room]), ...listeners.flatMap(({ seen }) => seen)].slice(0, 5), [])
  assert.equal(listeners[0]!.heard.get(room)?.length, turn)
})
