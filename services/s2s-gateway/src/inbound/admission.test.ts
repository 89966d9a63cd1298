import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { Admission } from './admission.ts'

const domain = ensureDomain('theirs.example')

function from(remoteAddress: string) {
  return Object.assign(new EventEmitter(), { remoteAddress }) as EventEmitter & Socket
}

test('one address that proves nothing doesn’t take the room of others', () => {
  const admission = new Admission()
  const sockets = Array.from({ length: 256 }, (_, i) => from(`2001:db8::${i.toString(16)}`))
  const tickets = sockets.map((socket) => admission.admit(socket))
  assert.ok(tickets.every((ticket) => ticket !== undefined))
  assert.equal(admission.admit(from('2001:db8::ffff')), undefined)
  assert.ok(admission.admit(from('2001:db8:0:1::1')))
  assert.equal(tickets[0]?.proves(domain), true)
  assert.ok(admission.admit(from('2001:db8::ffff')))
  sockets[1]?.emit('close')
  assert.ok(admission.admit(from('2001:db8::ffff')))
  assert.equal(admission.admit(from('2001:db8::ffff')), undefined)
})

test('those that have proven nothing leave room for those that have', () => {
  const admission = new Admission()
  const sockets = Array.from({ length: 2_000 }, (_, i) => from(`10.0.${i >> 8}.${i & 255}`))
  const [first] = sockets.map((socket) => admission.admit(socket))
  assert.equal(admission.admit(from('10.1.0.1')), undefined)
  first?.proves(domain)
  assert.ok(admission.admit(from('10.1.0.1')))
})

test('one domain has so many streams, and another again when one of them ends', () => {
  const admission = new Admission()
  const sockets = Array.from({ length: 33 }, () => from('10.0.0.1'))
  const tickets = sockets.map((socket) => admission.admit(socket)!)
  const last = tickets.pop()!
  for (const ticket of tickets) assert.deepEqual([ticket.proves(domain), ticket.proves(domain)], [true, true])
  assert.equal(last.proves(domain), false)
  assert.equal(last.proves(ensureDomain('others.example')), true)
  sockets[0]?.emit('close')
  assert.equal(last.proves(domain), true)
})
