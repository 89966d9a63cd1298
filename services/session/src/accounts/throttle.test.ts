import assert from 'node:assert/strict'
import { test } from 'node:test'
import { throttled } from './throttle.ts'

function counters() {
  const counts = new Map<string, number>()
  return {
    async increment(key: string) {
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      return count
    },
    peek: async (key: string) => counts.get(key) ?? 0,
    async reset(key: string) {
      counts.delete(key)
    },
  }
}

test('addresses, networks and all together have limits, and who is refused for his own takes nothing from others', async () => {
  const [counted, limits] = [counters(), { perAddress: 2, perNetwork: 3, total: 5, windowSeconds: 60 }]
  const tried = async (source: string, times: number) => {
    const outcomes: (string | undefined)[] = []
    for (let i = 0; i < times; i++) outcomes.push(await throttled(counted, limits, source))
    return outcomes
  }
  assert.deepEqual(await tried('192.0.2.1', 50), [undefined, undefined, ...Array<string>(48).fill('address')])
  assert.deepEqual(await tried('192.0.2.2', 2), [undefined, 'network'])
  assert.deepEqual(await tried('192.0.2.3', 2), ['network', 'network'])
  assert.deepEqual(await tried('2001:db8::1', 1), [undefined])
  assert.deepEqual(await tried('2001:db8::2', 2), [undefined, 'address'])
  assert.deepEqual(await tried('203.0.113.9', 1), ['total'])
})
