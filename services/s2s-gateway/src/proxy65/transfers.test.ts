import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { Transfers } from './transfers.ts'

class FakeSocket extends EventEmitter {
  destroyed = false
  readonly remoteAddress: string

  constructor(remoteAddress = '192.0.2.1') {
    super()
    this.remoteAddress = remoteAddress
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.emit('close')
  }
}

const socketOf = (address?: string) => new FakeSocket(address) as unknown as Socket & FakeSocket

function transfers(connections = 3, connectionsPerAddress = 2): Transfers {
  return new Transfers({ bytesPerSecond: 1_000, idleMs: 1_000, connections, connectionsPerAddress }, () => {})
}

test('connections are counted, all and by address, until they close', () => {
  using made = transfers()
  const [one, two] = [socketOf(), socketOf()]
  assert.deepEqual(
    [one, two, socketOf()].map((socket) => made.admits(socket)),
    [true, true, false],
  )
  assert.equal(made.admits(socketOf('192.0.2.2')), true)
  assert.equal(made.admits(socketOf('192.0.2.3')), false)
  two.destroy()
  assert.equal(made.admits(socketOf()), true)
  assert.equal(made.connections, 3)
})

test('a network of IPv6 that one user has to himself is one address', () => {
  using made = transfers()
  const addresses = ['2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:1:2:3::1', '2001:db8:1:3::1']
  const admitted = addresses.map((address) => made.admits(socketOf(address)))
  assert.deepEqual(admitted, [true, true, false, true])
})

test('two wait under a hash; when one leaves so does the other', () => {
  using made = transfers()
  const [one, two] = [socketOf(), socketOf()]
  assert.equal(made.activate('hash'), 'unknown')
  assert.equal(made.join('hash', one), true)
  assert.equal(made.activate('hash'), 'alone')
  assert.equal(made.join('hash', two), true)
  assert.equal(made.join('hash', socketOf()), false)
  one.destroy()
  assert.equal(two.destroyed, true)
  assert.equal(made.activate('hash'), 'unknown')
})
