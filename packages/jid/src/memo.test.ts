import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Memo } from './memo.ts'

test('keeps what is used, forgets what is not, stays within two generations', () => {
  const memo = new Memo<number>(2)
  memo.set('a', 1)
  memo.set('b', 2)
  memo.set('c', 3)
  assert.equal(memo.get('a'), 1)
  memo.set('d', 4)
  assert.equal(memo.get('a'), 1)
  assert.equal(memo.get('b'), undefined)
})
