import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fifo } from './fifo.ts'

test('a fifo gives back what was put in, in order, whatever the interleaving', () => {
  const fifo = new Fifo<number>()
  let next = 0
  let expected = 0
  for (let round = 1; round < 200; round++) {
    for (let i = 0; i < round % 7; i++) fifo.push(next++)
    for (let i = 0; i < round % 5 && fifo.length > 0; i++) assert.equal(fifo.shift(), expected++)
    assert.equal(fifo.length, next - expected)
    assert.deepEqual(
      [...fifo],
      Array.from({ length: next - expected }, (_, i) => expected + i),
    )
  }
  assert.equal(new Fifo().shift(), undefined)
  assert.equal(new Fifo().peek(), undefined)
})
