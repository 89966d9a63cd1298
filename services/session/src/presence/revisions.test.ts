import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Revisions } from './revisions.ts'

const JULIET = 'juliet@capulet.example/balcony'
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a partition is told a revision once, however many recipients one turn has', async () => {
  const revisions = new Revisions()
  assert.deepEqual([revisions.advance(JULIET, 1, 10), revisions.advance(JULIET, 1, 10)], [true, true])
  assert.equal(revisions.advance(JULIET, 2, 10), true)
  await turn()
  assert.deepEqual(
    [revisions.advance(JULIET, 1, 10), revisions.advance(JULIET, 1, 9), revisions.advance(JULIET, 1, 11)],
    [false, false, true],
  )
})

test('publishers are apart, and the oldest are forgotten', async () => {
  const revisions = new Revisions(2)
  for (const publisher of ['a', 'b', 'c']) assert.equal(revisions.advance(publisher, 1, 5), true)
  await turn()
  assert.deepEqual(
    ['a', 'c'].map((publisher) => revisions.advance(publisher, 1, 5)),
    [true, false],
  )
})
