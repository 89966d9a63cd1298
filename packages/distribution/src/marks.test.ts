import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Marks } from './marks.ts'

const MINUTE = 60_000_000

test('of each source only what is newer is let in', () => {
  const marks = new Marks()
  const had = [5, 5, 4, 6].map((sequence) => marks.advance({ source: 'a', sequence }))
  assert.deepEqual(had, [true, false, false, true])
  assert.deepEqual([marks.advance({ source: 'b', sequence: 1 }), marks.of('a'), marks.of('c')], [true, 6, 0])
  const again = Marks.from(marks.sources, marks.sequences)
  assert.deepEqual(
    [again.sources, again.sequences],
    [
      ['a', 'b'],
      [6, 1],
    ],
  )
})

test('many sources: those silent for long are forgotten, and never are there more than the bound', () => {
  const marks = new Marks()
  for (let i = 0; i < 40; i++) marks.advance({ source: `old${i}`, sequence: i + 1 })
  assert.equal(marks.size, 40)
  marks.advance({ source: 'new', sequence: 20 * MINUTE })
  assert.deepEqual(marks.sources, ['new'])
  for (let i = 0; i < 6_000; i++) marks.advance({ source: `${i}`, sequence: 20 * MINUTE + i })
  assert.equal(marks.size, 5_000)
})
