import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveStateContract } from './live-state.contract.ts'
import { MemoryLiveState } from './memory-live-state.ts'

liveStateContract('memory', () => {
  let now = Date.now()
  const state = new MemoryLiveState({ now: () => now, lapse: true })
  return Promise.resolve({
    state,
    pass(ms: number) {
      now += ms
      return Promise.resolve()
    },
    empty() {
      state.clear()
      return Promise.resolve()
    },
    [Symbol.asyncDispose]: () => state[Symbol.asyncDispose](),
  })
})

test('leases of one process never run out unless told to, and there is nothing to wait for', async () => {
  let now = 1_000_000
  const state = new MemoryLiveState({ now: () => now })
  const beat = (instance: string, storeId: string) =>
    state.heartbeat({
      service: 'muc',
      member: { instance, rpc: '', draining: false },
      ttlMs: 100,
      storeId,
      claim: [1],
      release: [],
      held: [],
      above: 0,
    })
  const first = await beat('a', '')
  assert.deepEqual([first.settled, first.holdings[0]?.instance], [true, 'a'])
  now += 10_000
  assert.equal((await beat('b', '')).holdings[0]?.instance, 'a')
  assert.equal((await beat('a', first.storeId)).alive, true)
})

test('counters that anyone can make are bounded: the oldest is forgotten', async () => {
  const state = new MemoryLiveState()
  for (let i = 0; i < 100_001; i++) await state.increment(`k${i}`, 300)
  assert.deepEqual([await state.peek('k0'), await state.peek('k1'), await state.peek('k100000')], [0, 1, 1])
})
