import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { neighbours } from './befriend.ts'
import { shareOf } from './load.ts'
import { markOf, readMark } from './marks.ts'

describe('shareOf', () => {
  it('deals everything out once, in whole units', () => {
    const items = Array.from({ length: 14 }, (_, index) => index)
    const shares = [0, 1, 2].map((index) => shareOf(items, { index, count: 3 }, 2))
    assert.deepEqual(shares.flat(), items)
    for (const share of shares) assert.equal(share.length % 2, 0)
  })
})

describe('neighbours', () => {
  it('are mutual and as many as asked for', () => {
    for (let index = 0; index < 30; index++) {
      const near = neighbours(index, 30, 20)
      assert.equal(new Set(near).size, 20)
      for (const other of near) assert.ok(neighbours(other, 30, 20).includes(index))
    }
  })
})

describe('marks', () => {
  it('survive the journey', () => {
    const before = Date.now() * 1000 - 1e6
    const mark = readMark(markOf(77))
    assert.equal(mark?.seq, 77)
    assert.ok(mark !== undefined && mark.sentAt > before)
    assert.equal(readMark('something else'), undefined)
  })
})
