import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addTallies, FlowLedger, type Tally } from './flow-ledger.ts'

function tallyOf(expected: number, ...numbers: number[]): Tally {
  const ledger = new FlowLedger()
  for (const seq of numbers) ledger.take(seq)
  return ledger.tally(expected)
}

describe('FlowLedger', () => {
  it('finds nothing wrong in order', () => {
    assert.deepEqual(tallyOf(3, 1, 2, 3), { expected: 3, received: 3, duplicated: 0, reordered: 0, errors: 0 })
  })
  it('tells late from twice', () => {
    assert.deepEqual(tallyOf(3, 1, 3, 2, 2), { expected: 3, received: 3, duplicated: 1, reordered: 1, errors: 0 })
  })
  it('shows what is lost as the difference', () => {
    const sum = addTallies(tallyOf(6, 1, 4), tallyOf(2))
    assert.equal(sum.expected - sum.received, 6)
  })
})
