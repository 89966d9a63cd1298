import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PARTITIONS } from './ownership.ts'
import { partitionOf } from './partition.ts'

/** Chi-squared with 255 degrees of freedom: mean 255, standard deviation 22.6. */
function chiSquared(keys: Iterable<string>): number {
  const counts = new Array<number>(PARTITIONS).fill(0)
  let total = 0
  for (const key of keys) {
    counts[partitionOf(key)]!++
    total++
  }
  const expected = total / PARTITIONS
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

function* keys(make: (i: number) => string): Generator<string> {
  for (let i = 0; i < 50_000; i++) yield make(i)
}

test('keys that differ in little are spread like chance', () => {
  for (const make of [
    (i: number) => `user${i}@example.org`,
    (i: number) => `${i}@example.org`,
    (i: number) => `room-${i * 256}@conference.example.org`,
    (i: number) => `example.org host${i}.example.net`,
    (i: number) => `${String.fromCodePoint(0x4e00 + (i % 20_000))}${i}@example.org`,
  ]) {
    const deviation = chiSquared(keys(make))
    assert.ok(deviation < 255 + 5 * 22.6, `${make(1)}: ${deviation}`)
  }
})

test('the partition of a key is fixed for ever', () => {
  assert.deepEqual(
    [
      '',
      'alice@example.org',
      'bob@example.org',
      'room@conference.example.org',
      'example.org example.net',
      'ä@例え',
    ].map(partitionOf),
    [1, 244, 35, 16, 66, 244],
  )
})
