import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AfterCommit } from './after-commit.ts'

function setUp() {
  const done: string[] = []
  const queue = new AfterCommit()
  return {
    done,
    queue,
    pass: (name: string) => queue.pass(() => done.push(name)),
    hold: (name: string) => queue.hold(() => done.push(name)),
  }
}

test('without anything to wait for it is done at once', () => {
  const { done, pass, queue } = setUp()
  pass('a')
  assert.deepEqual([done, queue.length], [['a'], 0])
})

test('what comes after something that waits, waits; released is in order', () => {
  const { done, pass, hold, queue } = setUp()
  const first = hold('a')
  pass('b')
  const second = hold('c')
  pass('d')
  second()
  assert.deepEqual([done, queue.length], [[], 4])
  first()
  assert.deepEqual([done, queue.length], [['a', 'b', 'c', 'd'], 0])
})

test('a second release does nothing', () => {
  const { done, hold } = setUp()
  const release = hold('a')
  release()
  release()
  assert.deepEqual(done, ['a'])
})

test('what is done may queue more', () => {
  const { done, queue, pass } = setUp()
  const release = queue.hold(() => {
    done.push('a')
    pass('c')
  })
  pass('b')
  release()
  assert.deepEqual(done, ['a', 'b', 'c'])
})

test('it is settled when nothing waits, not before', async () => {
  const { done, hold, pass, queue } = setUp()
  await queue.settled()
  const first = hold('a')
  const settled = Promise.all([queue.settled(), queue.settled()]).then(() => done.push('settled'))
  pass('b')
  const last = hold('c')
  first()
  await Promise.resolve()
  assert.deepEqual(done, ['a', 'b'])
  last()
  await settled
  assert.deepEqual(done, ['a', 'b', 'c', 'settled'])
})
