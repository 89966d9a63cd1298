import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BucketHistogram } from './histogram.ts'

test('bounds are inclusive, and what is above all of them is counted last', () => {
  const histogram = new BucketHistogram([1, 2])
  for (const value of [0.5, 1, 1.5, 2, 9]) histogram.record(value)
  assert.deepEqual(histogram.counts, [2, 2, 1])
  assert.deepEqual([histogram.count, histogram.sum], [5, 14])
})

test('bounds that are not ascending or not finite are refused', () => {
  assert.throws(() => new BucketHistogram([2, 1]), RangeError)
  assert.throws(() => new BucketHistogram([1, Number.POSITIVE_INFINITY]), RangeError)
})
