import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Address } from '@heliograph/bus'
import { type LiveState, MemoryLiveState } from '@heliograph/live-state'
import type { Ownership } from '@heliograph/ownership'
import { silentTelemetry } from '@heliograph/telemetry'
import { addResource, makeUser, stanza } from '../../test/support/people.ts'
import { managed } from '../users/resource.ts'
import { LiveRecords, SERVICE } from './live-records.ts'
import { decodeDelivery, decodeRecord } from './record.ts'

function setUp(epoch = 5) {
  const live = new MemoryLiveState()
  const calls: string[] = []
  const state = { epoch, failures: 0 }
  const watched = new Proxy(live, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        calls.push(String(name))
        const result: unknown = Reflect.apply(value, target, given)
        // The store has done it, but its answer is lost.
        return name === 'append' && state.failures-- > 0 ? Promise.reject(new Error('timed out')) : result
      }
    },
  }) as LiveState
  const ownership = { heldEpochOf: () => state.epoch, current: true } as unknown as Ownership
  const records = new LiveRecords(watched, ownership, silentTelemetry().log)
  const user = makeUser()
  const resource = addResource(user, 'orchard', 0)
  resource.managed = managed('sm-1', 60, 0, 3)
  const place = { service: SERVICE, partition: user.partition }
  const queue = async () => (await live.readList(place, resource.jid)).map((item) => decodeDelivery(item))
  return { live, calls, state, records, user, resource, place, queue, unacked: resource.managed.unacked }
}

const message = (id: number) => ({ stanza: stanza(`<message to='a@b'><body>${id}</body></message>`), id })

test('many changes in one turn are one write, of what holds at its end', async () => {
  const { records, user, resource, place, live, calls } = setUp()
  const stored: string[] = []
  records.changed(user, resource, () => stored.push('first'))
  resource.priority = 9
  records.changed(user, resource, () => stored.push('second'))
  assert.deepEqual(stored, [])
  await records.flushed(user.partition)
  assert.deepEqual([calls, stored], [['write'], ['first', 'second']])
  const bytes = (await live.read(place)).get(resource.jid)!
  assert.equal(decodeRecord(bytes).priority, 9)
})

test('the queue of a session is there before its record says that it hibernates, and goes after', async () => {
  const { records, user, resource, calls, queue, unacked } = setUp()
  unacked.push(message(1))
  unacked.push({ stanza: stanza("<presence from='c@d/e'/>"), id: 0, shared: Address.full })
  records.changed(user, resource)
  records.replaceUnacked(user, resource)
  await records.flushed(user.partition)
  unacked.push(message(2))
  records.appendUnacked(user, resource, message(2))
  await records.flushed(user.partition)
  assert.deepEqual(calls, ['dropList', 'append', 'write', 'append'])
  const queued = await queue()
  assert.deepEqual(
    queued.map(({ count, id }) => [count, id]),
    [
      [4, 1],
      [5, 0],
      [6, 2],
    ],
  )
  assert.equal(queued[1]!.stanza.to, resource.jid)
  calls.length = 0
  records.changed(user, resource)
  records.dropUnacked(user, resource)
  await records.flushed(user.partition)
  assert.deepEqual([calls, await queue()], [['write', 'dropList'], []])
})

test('a store that is away is tried again; entries that came twice are known by their count', async () => {
  const { records, user, resource, queue, unacked, state } = setUp()
  state.failures = 1
  unacked.push(message(1))
  records.appendUnacked(user, resource, message(1))
  const stored = new Promise<void>((resolve) => records.changed(user, resource, resolve))
  await stored
  assert.deepEqual(
    (await queue()).map(({ count }) => count),
    [4, 4],
  )
})

test('who lost the partition writes nothing and confirms nothing', async () => {
  const { records, user, resource, calls, state } = setUp()
  let stored = false
  records.changed(user, resource, () => {
    stored = true
  })
  state.epoch = 0
  await records.flushed(user.partition)
  assert.deepEqual([calls, stored], [[], false])
})

test('who was fenced off confirms nothing', async () => {
  const { records, user, resource, live, place } = setUp()
  await live.write({ ...place, epoch: 6 }, [])
  let stored = false
  records.changed(user, resource, () => {
    stored = true
  })
  await records.flushed(user.partition)
  assert.equal(stored, false)
})

test('while the store is away a queue that is replaced again and again takes no more room', async () => {
  const { records, user, resource, queue, unacked, state } = setUp()
  state.failures = 1
  unacked.push(message(1))
  records.appendUnacked(user, resource, message(1))
  await new Promise((resolve) => setImmediate(resolve))
  for (let i = 0; i < 50; i++) records.replaceUnacked(user, resource)
  assert.ok(records.waiting <= 3, `${records.waiting} wait`)
  await records.flushed(user.partition)
  assert.deepEqual(
    (await queue()).map(({ count }) => count),
    [4],
  )
  assert.equal(records.waiting, 0)
})
