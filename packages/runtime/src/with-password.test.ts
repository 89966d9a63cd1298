import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withPassword } from './with-password.ts'

test('a password with any character becomes part of the address', () => {
  assert.equal(withPassword('redis://cache:6379/0', 'p@ss:/%'), 'redis://:p%40ss%3A%2F%25@cache:6379/0')
  assert.equal(withPassword('redis://app:old@cache', 'new'), 'redis://app:new@cache')
  assert.equal(withPassword('redis://cache', undefined), 'redis://cache')
})
