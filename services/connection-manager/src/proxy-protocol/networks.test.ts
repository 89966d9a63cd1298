import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopback, Networks, plainAddress } from './networks.ts'

test('networks hold the addresses of their CIDRs', () => {
  const networks = new Networks(['10.0.0.0/8', '2001:db8::/32'])
  assert.equal(networks.has('10.255.0.1'), true)
  assert.equal(networks.has('11.0.0.1'), false)
  assert.equal(networks.has('2001:db8:1::5'), true)
  assert.equal(networks.has('2001:db9::5'), false)
  assert.equal(new Networks([]).has('10.0.0.1'), false)
})

test('an IPv4 address on an IPv6 socket is shown as IPv4', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(plainAddress('2001:db8::1'), '2001:db8::1')
  assert.equal(plainAddress(undefined), '')
})

test('loopback', () => {
  assert.deepEqual(['127.0.0.1', '127.9.9.9', '::1', '192.0.2.1'].map(isLoopback), [true, true, true, false])
})
