import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stanza } from '@heliograph/stanza'
import { type Entry, entryOf } from './entry.ts'
import { Ledger } from './ledger.ts'

const entry = (key: string) => entryOf(stanza('message', { to: 'a@b.example' as never }), key)

test('what is acknowledged is taken, in order and no more than was written', () => {
  const ledger = new Ledger({ isResumed: false, id: 'one' })
  for (const key of ['a', 'b', 'c']) ledger.wrote([entry(key)])
  assert.deepEqual(
    ledger.acknowledged(2)?.map(({ key }) => key),
    ['a', 'b'],
  )
  assert.deepEqual(ledger.acknowledged(2), [])
  assert.equal(ledger.acknowledged(4), undefined)
  assert.deepEqual(
    ledger.written.map(({ mark }) => mark),
    [{ id: 'one', count: 3 }],
  )
})

test('what went in one stanza is taken at once, and counts as one', () => {
  const [managed, plain] = [new Ledger({ isResumed: false }), new Ledger()]
  for (const ledger of [managed, plain]) for (const keys of ['ab', 'c', 'de']) ledger.wrote([...keys].map(entry))
  const keysOf = (taken: readonly Entry[] | undefined) => taken?.map(({ key }) => key).join('')
  assert.deepEqual([keysOf(managed.acknowledged(1)), keysOf(managed.acknowledged(3))], ['ab', 'cde'])
  assert.deepEqual(
    [1, 2, 3, 4].map(() => keysOf(plain.confirmed())),
    ['ab', 'c', 'de', ''],
  )
})

test('counts go on where a stream is resumed, and wrap', () => {
  const ledger = new Ledger({ isResumed: true, id: 'one', h: 2 ** 32 - 1 })
  for (const key of ['a', 'b']) ledger.wrote([entry(key)])
  assert.deepEqual(
    ledger.written.map(({ mark }) => mark?.count),
    [0, 1],
  )
  assert.equal(ledger.acknowledged(1)?.length, 2)
})

test('past a thousand that aren’t acknowledged nothing more is written; where nothing is, the kernel bounds it', () => {
  const [managed, plain] = [new Ledger({ isResumed: false }), new Ledger()]
  for (let i = 0; i < 1_000; i++) for (const ledger of [managed, plain]) ledger.wrote([entry(String(i))])
  assert.deepEqual([managed.isFull, plain.isFull], [true, false])
})

test('a peer that says nothing is late sooner than one that only hasn’t handled something yet', (test) => {
  let now = 0
  test.mock.method(performance, 'now', () => now)
  const ledger = new Ledger({ isResumed: false })
  const written = entry('a')
  ledger.wrote([written])
  const isLateAt = (at: number) => ledger.isLate(written, at, 60)
  assert.deepEqual([isLateAt(60), isLateAt(61)], [false, true])
  now = 500
  ledger.acknowledged(0)
  assert.deepEqual([isLateAt(560), isLateAt(561), isLateAt(600)], [false, true, true])
  now = 590
  ledger.acknowledged(0)
  assert.deepEqual([isLateAt(600), isLateAt(601)], [false, true])
})
