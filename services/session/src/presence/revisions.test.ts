import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Revisions } from './revisions.ts'

const JULIET = 'juliet@capulet.example/balcony'

test('a partition is told a revision once, however many recipients one telling has', () => {
  const revisions = new Revisions()
  const first = revisions.begin()
  assert.deepEqual([revisions.advance(JULIET, 1, 10, first), revisions.advance(JULIET, 1, 10, first)], [true, true])
  const again = revisions.begin()
  assert.equal(revisions.advance(JULIET, 2, 10, again), true)
  assert.deepEqual(
    [9, 10, 11].map((revision) => revisions.advance(JULIET, 1, revision, again)),
    [false, false, true],
  )
  assert.equal(revisions.advance(JULIET, 1, 10, first), false)
})

test('publishers are apart, and the one told of longest ago is forgotten, with all of its partitions', () => {
  const revisions = new Revisions(3)
  const tell = (publisher: string, partition: number, revision = 5) =>
    revisions.advance(publisher, partition, revision, revisions.begin())
  assert.deepEqual(
    [tell('b', 1), tell('a', 1), tell('a', 2), tell('b', 1, 6), tell('c', 1)],
    [true, true, true, true, true],
  )
  assert.deepEqual([tell('c', 1), tell('b', 1, 6), tell('a', 1)], [false, false, true])
})

test('a publisher with more partitions than are remembered is not forgotten while it is told of', () => {
  const revisions = new Revisions(2)
  const telling = revisions.begin()
  for (let partition = 0; partition < 5; partition++) revisions.advance(JULIET, partition, 1, telling)
  assert.equal(revisions.advance(JULIET, 0, 1, revisions.begin()), false)
})
