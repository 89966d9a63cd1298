import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readGreeting, readRequest, replyOf } from './socks.ts'

const hash = 'aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e'
const request = (command = 1, addressType = 3, name = hash) =>
  Buffer.concat([Buffer.from([5, command, 0, addressType, name.length]), Buffer.from(name), Buffer.alloc(2)])

test('a greeting is answered with a method that needs no authentication, where it is known', () => {
  const known = readGreeting(Buffer.from([5, 2, 2, 0]))
  assert.deepEqual(known, { kind: 'greeting', length: 4, isAcceptable: true, answer: Buffer.from([5, 0]) })
  const other = readGreeting(Buffer.from([5, 1, 2]))
  assert.deepEqual(other, { kind: 'greeting', length: 3, isAcceptable: false, answer: Buffer.from([5, 0xff]) })
})

test('a request may come cut anywhere', () => {
  const whole = request()
  for (let cut = 0; cut < whole.length; cut++) assert.equal(readRequest(whole.subarray(0, cut)).kind, 'incomplete')
  assert.deepEqual(readRequest(whole), { kind: 'connect', length: whole.length, hash })
  for (const cut of [0, 1, 2]) assert.equal(readGreeting(Buffer.from([5, 2, 0, 2]).subarray(0, cut)).kind, 'incomplete')
})

test('what isn’t done here is refused', () => {
  for (const [bytes, code] of [
    [request(3), 7],
    [request(1, 1), 8],
    [request(1, 3, 'www.example.org'), 2],
    [request(1, 3, 'z'.repeat(40)), 2],
  ] as const)
    assert.deepEqual(readRequest(bytes), { kind: 'refused', answer: replyOf(code, '') })
  assert.equal(readGreeting(Buffer.from('GET / HTTP/1.1')).kind, 'refused')
})
