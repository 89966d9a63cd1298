import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advertisedAddress } from './advertised.ts'

test('a given host wins, and an IPv6 one gets its brackets', () => {
  assert.equal(advertisedAddress('0.0.0.0:5290', 'pod-1.example'), 'pod-1.example:5290')
  assert.equal(advertisedAddress('127.0.0.1:5290', 'fd00::1'), '[fd00::1]:5290')
})

test('a server bound to one address is reached there', () => {
  assert.equal(advertisedAddress('127.0.0.1:5290', undefined), '127.0.0.1:5290')
  assert.equal(advertisedAddress('[::1]:5290', undefined), '[::1]:5290')
})

test('a server bound to all addresses is reached at one of the machine', () => {
  for (const bound of ['0.0.0.0:5290', '[::]:5290']) {
    const address = advertisedAddress(bound, undefined)
    assert.match(address, /^[^:]+:5290$/)
    assert.doesNotMatch(address, /^0\.0\.0\.0/)
  }
})
