import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope, Op } from '@heliograph/bus'
import { InFlight } from './in-flight.ts'

function stanza(count: number): Envelope {
  const envelope = new Envelope(Op.stanza)
  envelope.count = count
  return envelope
}

test('custody is cumulative and frees what it covers', () => {
  const inFlight = new InFlight()
  for (let count = 1; count <= 5; count++) inFlight.push(stanza(count), 10, 0)
  const taken: number[] = []
  inFlight.settle(3, (flight) => taken.push(flight.envelope.count))
  assert.deepEqual(taken, [1, 2, 3])
  assert.deepEqual([inFlight.length, inFlight.bytes, inFlight.custody], [2, 20, 3])
  assert.deepEqual(
    [...inFlight].map(({ envelope }) => envelope.count),
    [4, 5],
  )
})

test('custody never goes back', () => {
  const inFlight = new InFlight()
  inFlight.push(stanza(1), 1, 0)
  inFlight.settle(1, () => {})
  inFlight.settle(0, () => {})
  assert.equal(inFlight.custody, 1)
})

test('an operation without a count stays, in its place, until it is answered', () => {
  const inFlight = new InFlight()
  inFlight.push(stanza(1), 1, 0)
  const enable = inFlight.push(new Envelope(Op.enable), 0, 0)
  inFlight.push(stanza(2), 1, 0)
  inFlight.settle(2, () => {})
  assert.deepEqual(
    [...inFlight].map(({ envelope }) => envelope.op),
    [Op.enable, Op.stanza],
  )
  enable.answered = true
  inFlight.settle(0, () => {})
  assert.equal(inFlight.length, 0)
})
