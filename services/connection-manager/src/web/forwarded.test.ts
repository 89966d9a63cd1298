import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Forwarded } from './forwarded.ts'

const trusted = ['10.0.0.0/8', 'fd00::/8']
const peer = { address: '10.0.0.1', secure: false }
const older = new Forwarded({ trusted, header: 'X-Forwarded-For' })
const newer = new Forwarded({ trusted, header: 'Forwarded' })

const seen = (header: string) => older.clientOf({ 'x-forwarded-for': header }, peer).address
const told = (forwarded: string) => newer.clientOf({ forwarded }, peer).address

test('nobody else is believed', () => {
  const stranger = { address: '192.0.2.9', secure: true }
  const headers = { 'x-forwarded-for': '198.51.100.1', 'x-forwarded-proto': 'http', host: 'h' }
  assert.deepEqual(older.clientOf(headers, stranger), { ...stranger, host: 'h' })
})

test('each proxy is believed as long as it is trusted', () => {
  assert.equal(seen('198.51.100.1'), '198.51.100.1')
  assert.equal(seen('203.0.113.66, 198.51.100.1, 10.0.0.7'), '198.51.100.1')
  assert.equal(seen('10.0.0.9, 10.0.0.7'), '10.0.0.9')
  assert.equal(seen('unknown, 10.0.0.7'), '10.0.0.7')
  assert.equal(seen(''), '10.0.0.1')
  assert.equal(seen('198.51.100.1:4711'), '198.51.100.1')
  assert.equal(seen('[2001:db8::1]:4711'), '2001:db8::1')
  assert.equal(seen('2001:db8::1'), '2001:db8::1')
  assert.equal(seen('::ffff:198.51.100.1'), '198.51.100.1')
})

test('RFC 7239', () => {
  assert.equal(told('for=198.51.100.1;proto=https;by=10.0.0.1'), '198.51.100.1')
  assert.equal(told('For="[2001:db8:cafe::17]:4711"'), '2001:db8:cafe::17')
  assert.equal(told('for=203.0.113.66, for="198.51.100.1:1";proto=https, for=10.0.0.2'), '198.51.100.1')
  assert.equal(told('for=_hidden, for=10.0.0.2'), '10.0.0.2')
  assert.equal(told('for=203.0.113.66, for="a\\"b, for=c'), '10.0.0.1')
  assert.equal(told('for=203.0.113.66;;, for=198.51.100.1'), '198.51.100.1')
})

test('the header that is not ours is not read', () => {
  const headers = { forwarded: 'for=203.0.113.66', 'x-forwarded-for': '198.51.100.1' }
  assert.equal(older.clientOf(headers, peer).address, '198.51.100.1')
  assert.equal(newer.clientOf(headers, peer).address, '203.0.113.66')
})

test('encryption and host are those of the hop that names the client', () => {
  const client = newer.clientOf({ forwarded: 'for=198.51.100.1;proto=HTTPS;host="chat.example"', host: 'inner' }, peer)
  assert.deepEqual(client, { address: '198.51.100.1', secure: true, host: 'chat.example' })
  const headers = { 'x-forwarded-for': '198.51.100.1, 10.0.0.2', 'x-forwarded-proto': 'https', host: 'inner' }
  assert.deepEqual(older.clientOf(headers, peer), { address: '198.51.100.1', secure: true, host: 'inner' })
  const plain = { 'x-forwarded-for': '198.51.100.1, 10.0.0.2', 'x-forwarded-proto': 'http, https' }
  assert.equal(older.clientOf(plain, { ...peer, secure: true }).secure, false)
})

test('whatever stands before the first trusted hop changes nothing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes('"'))
      assert.equal(seen(`${text}, 198.51.100.1, 10.0.0.2`), '198.51.100.1')
      assert.equal(told(`${text}, for=198.51.100.1, for=10.0.0.2`), '198.51.100.1')
    }),
  )
})
