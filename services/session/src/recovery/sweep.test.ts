import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BareJid } from '@heliograph/jid'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, stanza } from '../../test/support/people.ts'
import { managed } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { sweep } from './sweep.ts'

const NOW = 1_000_000

test('of users without sessions no more stay than may, those touched last', () => {
  const { context } = fakeContext({ idleUsers: 2 })
  const users = [1, 2, 3, 4].map((number) => {
    const user = context.users.get(`u${number}@montague.example` as BareJid)
    user.touched = NOW - number
    return user
  })
  addResource(users[3]!, 'orchard')
  sweep(context, NOW)
  assert.deepEqual([...context.users].map(({ jid }) => jid[1]).sort(), ['1', '2', '4'])
})

test('when all clients together leave too much unacknowledged the longest queues end', async () => {
  const { context, seen } = fakeContext({ unackedBytes: 10_000 })
  const withQueue = (number: number, bytes: number): User => {
    const user = context.users.get(`u${number}@montague.example` as BareJid)
    const resource = addResource(user, 'orchard')
    resource.managed = managed(`sm-${number}`, 60, 0)
    resource.managed.unacked.push({
      stanza: stanza(`<message><body>${'x'.repeat(bytes)}</body></message>`),
      id: number,
    })
    return user
  }
  const users = [withQueue(1, 6_000), withQueue(2, 1_000), withQueue(3, 4_500)]
  sweep(context, NOW)
  assert.deepEqual(
    users.map(({ resources }) => resources.length),
    [0, 1, 0],
  )
  await Promise.all(users.map(({ chores }) => chores.settled()))
  assert.deepEqual(seen, ['flushed', 'flushed', 'marked offline', 'marked offline'])
})
