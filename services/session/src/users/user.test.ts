import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Gate } from '@heliograph/ownership'
import { addResource, makeUser, ROMEO } from '../../test/support/people.ts'
import { Users } from './users.ts'

test('eligible are those available with a priority that is not negative', () => {
  const user = makeUser()
  addResource(user, 'silent')
  addResource(user, 'negative', -1)
  const low = addResource(user, 'low', 0)
  const high = addResource(user, 'high', 5)
  const other = addResource(user, 'other', 5)
  assert.deepEqual(user.eligible(), [low, high, other])
  assert.deepEqual(user.mostAvailable(), [high, other])
  assert.equal(user.onConnection('connection-manager-1', low.conn), low)
  assert.equal(user.onConnection('connection-manager-2', low.conn), undefined)
})

test('a user is idle when nothing is there or under way', async () => {
  const user = makeUser()
  assert.equal(user.idle, true)
  const resource = addResource(user, 'a')
  assert.equal(user.idle, false)
  user.remove(resource)
  user.chores.push(() => sleep(5))
  assert.equal(user.idle, false)
  await user.chores.settled()
  const release = user.afterCommit.hold(() => {})
  assert.equal(user.idle, false)
  release()
  assert.equal(user.idle, true)
})

test('chores run in order, one at a time, and one that fails stops none', async () => {
  const user = makeUser()
  const log: string[] = []
  user.chores.push(async () => {
    await sleep(5)
    log.push('a')
  })
  user.chores.push(async () => {
    throw new Error('b')
  })
  user.chores.push(async () => {
    log.push('c')
  })
  await user.chores.settled()
  assert.deepEqual(log, ['a', 'c'])
})

test('users are kept by partition, and leave with it', () => {
  const users = new Users({ handle: () => {}, failed: () => {}, bound: 1 })
  const romeo = users.get(ROMEO)
  assert.equal(users.get(ROMEO), romeo)
  assert.equal(users.find('nobody@montague.example' as never), undefined)
  assert.deepEqual([users.count, [...users], users.inPartition(romeo.partition)], [1, [romeo], [romeo]])
  users.remove(romeo)
  users.remove(romeo)
  assert.equal(users.count, 0)
  const again = users.get(ROMEO)
  assert.deepEqual(users.dropPartition(again.partition), [again])
  assert.deepEqual([users.count, users.find(ROMEO)], [0, undefined])
})

test('a gate lets so many in, in order, and a failure makes room', async () => {
  const gate = new Gate(2)
  const began: string[] = []
  let inside = 0
  let most = 0
  const work = (name: string, fails = false) =>
    gate.run(async () => {
      began.push(name)
      most = Math.max(most, ++inside)
      await sleep(2)
      inside--
      if (fails) throw new Error(name)
    })
  const results = await Promise.allSettled([work('a', true), work('b'), work('c'), work('d')])
  assert.deepEqual([began, most], [['a', 'b', 'c', 'd'], 2])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  )
})
