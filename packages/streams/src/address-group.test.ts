import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressGroup, isLoopback, networkOf } from './address-group.ts'

test('an IPv6 user is counted by network', () => {
  const groups: Record<string, string> = {
    '192.0.2.1': '192.0.2.1',
    '::ffff:192.0.2.1': '192.0.2.1',
    '0:0:0:0:0:ffff:c000:207': '192.0.2.7',
    '::FFFF:C000:0207': '192.0.2.7',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
    '2001:DB8:1:2::1': '2001:db8:1:2::/64',
    '2001:db8::1': '2001:db8:0:0::/64',
    '::1': '0:0:0:0::/64',
    'fe80::1%eth0': 'fe80:0:0:0::/64',
    '2001:db8:1::': '2001:db8:1:0::/64',
    unix: 'unix',
  }
  for (const [address, group] of Object.entries(groups)) assert.equal(addressGroup(address), group, address)
})

test('the network of an address', () => {
  const networks: Record<string, string> = {
    '192.0.2.1': '192.0.2.0/24',
    '::ffff:192.0.2.77': '192.0.2.0/24',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1::/48',
    '2001:db8::1': '2001:db8:0::/48',
    'fe80::1%eth0': 'fe80:0:0::/48',
    unix: 'unix',
  }
  for (const [address, network] of Object.entries(networks)) assert.equal(networkOf(address), network, address)
})

test('loopback', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(address), address)
  for (const address of ['128.0.0.1', '::2', '', '127.0.0.1.example']) assert.ok(!isLoopback(address), address)
})
