import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patternOf } from './search.ts'

test('what a user types is taken letter by letter, not as a pattern', () => {
  assert.equal(patternOf(undefined), null)
  assert.equal(patternOf('Jul'), 'jul%')
  assert.equal(patternOf('100%_\\'), '100\\%\\_\\\\%')
})
