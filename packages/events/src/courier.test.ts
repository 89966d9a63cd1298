import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from './carry.ts'
import { Courier } from './courier.ts'

const refused: Verdict = { kind: 'refused', reason: 'HTTP 422' }
const failed: Verdict = { kind: 'failed', reason: 'HTTP 503' }
const taken: Verdict = { kind: 'taken' }

function setUp(answer: (bodies: readonly string[], attempt: number) => Verdict, { old = 0 } = {}) {
  let rows = Array.from({ length: 60 }, (_, i) => ({ id: String(i), body: `${i}` }))
  const carried: (readonly string[])[] = []
  const pauses: number[] = []
  const buried: string[] = []
  const counted = { delivered: 0, failed: 0, dead: 0 }
  const idle = Promise.withResolvers<void>()
  const without = (ids: readonly string[]) => {
    rows = rows.filter(({ id }) => !ids.includes(id))
  }
  const courier = new Courier({
    options: { name: 'hook', most: 60, giveUpSeconds: 10 },
    partitions: () => [1],
    outbox: {
      oldest: async (_name, _partitions, max) => rows.slice(0, max),
      remove: async (ids) => without(ids),
      bury: async (ids) => {
        buried.push(...ids)
        without(ids)
        return ids.length
      },
      buryOld: async () => {
        const ids = rows.splice(0, old).map(({ id }) => id)
        buried.push(...ids)
        return ids.length
      },
      count: async () => rows.length,
    },
    carry: async (bodies) => {
      carried.push(bodies)
      return answer(bodies, carried.length)
    },
    events: {
      delivered: (events) => {
        counted.delivered += events
      },
      failed: () => {
        counted.failed++
      },
      dead: (events) => {
        counted.dead += events
      },
    },
    log: { warn: () => {}, error: () => {} } as never,
    pause: async (ms, signal) => {
      if (rows.length > 0) return void pauses.push(ms)
      idle.resolve()
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    },
  })
  return { courier, carried, pauses, buried, counted, idle: idle.promise }
}

test('what nobody takes is brought again, the same first, after longer and longer pauses', async () => {
  const { courier, carried, pauses, counted, idle } = setUp((_bodies, attempt) => (attempt <= 12 ? failed : taken))
  await idle
  assert.equal(carried.length, 14)
  assert.ok(carried.slice(0, 13).every((bodies) => bodies.length === 50 && bodies[0] === '0'))
  assert.deepEqual(
    carried.flat().slice(-60),
    Array.from({ length: 60 }, (_, i) => `${i}`),
  )
  assert.ok(pauses[0]! >= 500 && pauses[0]! <= 1_000 && pauses[11]! >= 150_000 && pauses[11]! <= 300_000)
  assert.deepEqual(counted, { delivered: 60, failed: 12, dead: 0 })
  await courier[Symbol.asyncDispose]()
})

test('one that is refused holds up no others', async () => {
  const { courier, buried, counted, carried, idle } = setUp((bodies) => (bodies.includes('7') ? refused : taken))
  await idle
  assert.deepEqual(buried, ['7'])
  assert.deepEqual(counted, { delivered: 59, failed: 0, dead: 1 })
  // All at once, then each alone, then the rest.
  assert.deepEqual(
    carried.map(({ length }) => length),
    [50, ...Array.from({ length: 50 }, () => 1), 10],
  )
  assert.equal(courier.isFull, false)
  await courier[Symbol.asyncDispose]()
})

test('what has waited for too long is given up', async () => {
  const { courier, buried, counted, idle } = setUp((_bodies, attempt) => (attempt === 1 ? failed : taken), { old: 20 })
  await idle
  assert.deepEqual([buried.length, counted.dead, counted.delivered], [20, 20, 40])
  await courier[Symbol.asyncDispose]()
})
