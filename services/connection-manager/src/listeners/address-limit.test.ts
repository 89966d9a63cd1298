import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressLimit } from './address-limit.ts'

test('an address gets its share and no more, others are untouched', () => {
  const limit = new AddressLimit(() => 2)
  assert.deepEqual([limit.enter('a'), limit.enter('a'), limit.enter('a'), limit.enter('b')], [true, true, false, true])
  limit.leave('a')
  assert.equal(limit.enter('a'), true)
})
