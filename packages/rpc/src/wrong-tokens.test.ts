import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentTelemetry } from '@heliograph/telemetry'
import { WrongTokens } from './wrong-tokens.ts'

test('ten wrong tokens within a minute are looked at from one address, and no more until it is over', () => {
  let now = 0
  const wrong = new WrongTokens(silentTelemetry(), () => now)
  const offer = (address: string): boolean => {
    if (wrong.wait(address) > 0) return false
    wrong.note(address, 'grpc')
    return true
  }
  const heard = Array.from({ length: 12 }, () => offer('192.0.2.1'))
  assert.deepEqual(heard, [...Array(10).fill(true), false, false])
  now = 30_000
  assert.equal(wrong.wait('192.0.2.1'), 30)
  assert.equal(wrong.wait('::ffff:192.0.2.1'), 30)
  assert.equal(wrong.wait('192.0.2.2'), 0)
  now = 60_000
  assert.equal(wrong.wait('192.0.2.1'), 0)
  assert.equal(offer('192.0.2.1'), true)
})

test('of IPv6 a /64 is one address; so many are remembered that nobody can fill the memory', () => {
  const wrong = new WrongTokens(silentTelemetry(), () => 0)
  for (let n = 0; n < 10; n++) wrong.note(`2001:db8::${n}`, 'http')
  assert.ok(wrong.wait('2001:db8::ffff') > 0)
  assert.equal(wrong.wait('2001:db8:0:1::1'), 0)
  for (let n = 0; n < 10_000; n++) wrong.note(`10.0.${n >> 8}.${n & 255}`, 'http')
  assert.equal(wrong.wait('2001:db8::ffff'), 0)
})
