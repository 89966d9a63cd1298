import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeContext } from '../../test/support/fake-context.ts'
import { persistently } from './persistently.ts'

test('past the bound of chores those are refused that somebody can be told of, and no others', async () => {
  const { context } = fakeContext()
  const user = context.users.get('romeo@montague.example' as never)
  const blocked = Promise.withResolvers<void>()
  const done: string[] = []
  persistently(
    context,
    user,
    () => blocked.promise,
    () => {},
  )
  const refused: string[] = []
  for (let i = 0; i < 11; i++) {
    const chore = async () => void done.push('asked')
    persistently(context, user, chore, (reason) => refused.push(reason))
  }
  persistently(context, user, async () => void done.push('must'))
  blocked.resolve()
  await user.chores.settled()
  assert.deepEqual(refused, ['full'])
  assert.deepEqual(done, [...Array(10).fill('asked'), 'must'])
})
