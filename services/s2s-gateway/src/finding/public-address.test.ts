import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { test } from 'node:test'
import { isPublic, publicOnly } from './public-address.ts'

test('this machine, its networks and IPv4 in IPv6 are not public', () => {
  for (const address of [
    ...['127.0.0.1', '0.0.0.0', '10.0.0.5', '100.64.1.1', '169.254.169.254', '172.31.255.255', '192.168.1.1'],
    ...['224.0.0.1', '255.255.255.255', '::', '::1', '::127.0.0.1', '::ffff:10.0.0.5', '::ffff:a00:5'],
    ...['fe80::1', 'fec0::1', 'fd00::1', 'ff02::1', '2002:0a00:0005::1', '64:ff9b:1::a00:5', 'localhost', ''],
  ])
    assert.equal(isPublic(address), false, address)
  for (const address of [
    '8.8.8.8',
    '172.32.0.1',
    '192.0.1.1',
    '223.255.255.255',
    '2606:4700::1111',
    '64:ff9b::808:808',
    '::ffff:8.8.8.8',
  ])
    assert.equal(isPublic(address), true, address)
})

test('of what a name stands for only public addresses are found, and without one it is as if it didn’t exist', () => {
  const said: unknown[] = []
  const look = (addresses: readonly string[], all: boolean): void => {
    const system = ((_host, _options, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      )) as LookupFunction
    publicOnly(system)('evil.example', { all }, (error, found) => said.push(error ? error.code : found))
  }
  look(['10.0.0.5', '8.8.8.8'], true)
  look(['10.0.0.5', '8.8.8.8'], false)
  look(['10.0.0.5'], true)
  assert.deepEqual(said, [[{ address: '8.8.8.8', family: 4 }], '8.8.8.8', 'ENOTFOUND'])
})
