import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PARTITIONS } from './ownership.ts'
import { propose } from './rendezvous.ts'

const members = (count: number) => Array.from({ length: count }, (_, i) => `session-${i}-k3f${i * 7}`)

function shares(proposal: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of proposal) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

test('everyone proposes the same, whatever the order in which members are known', () => {
  const names = members(5)
  assert.deepEqual(propose([...names].reverse()), propose(names))
  assert.equal(propose(names).length, PARTITIONS)
  assert.deepEqual(propose([]), [])
})

test('the shares are even enough', () => {
  for (const count of [2, 3, 5, 8]) {
    const fair = PARTITIONS / count
    const counts = shares(propose(members(count)))
    assert.equal(counts.size, count)
    for (const share of counts.values()) assert.ok(Math.abs(share - fair) < 4 * Math.sqrt(fair), `${share} of ${fair}`)
  }
})

test('one that leaves moves only its own share, one that joins takes only its own', () => {
  const before = propose(members(4))
  const after = propose(members(3))
  const [, , , gone] = members(4)
  for (const [partition, owner] of before.entries()) if (owner !== gone) assert.equal(after[partition], owner)
})
