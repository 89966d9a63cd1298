import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Introductions } from './introductions.ts'

test('a sender is admitted to what it knows the epoch of, until something is refused', () => {
  const introductions = new Introductions()
  const admits = (epoch: number, partition = 7) => introductions.admits('muc-1', partition, epoch)
  assert.equal(admits(5), false)
  introductions.heard('muc-1', [7, 5, 8, 6])
  introductions.heard('muc-1', undefined)
  assert.deepEqual([admits(5), admits(6, 8), admits(5, 9)], [true, true, false])
  assert.deepEqual([admits(0), admits(5)], [false, false])
  introductions.heard('muc-1', [7, 5])
  assert.deepEqual([admits(5), admits(9), admits(5)], [true, false, false])
  introductions.forget('muc-1')
  assert.equal(admits(6, 8), false)
})
