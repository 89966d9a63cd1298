import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Allowance } from './allowance.ts'

test('what comes beyond the bound fails at once, and later not any more', async () => {
  const allowance = new Allowance(2, 'counts')
  const door = Promise.withResolvers<string>()
  const first = [1, 2].map(() => allowance.run(() => door.promise))
  await assert.rejects(
    allowance.run(() => door.promise),
    /too many counts under way/,
  )
  assert.equal(allowance.underWay, 2)
  door.resolve('done')
  assert.deepEqual(await Promise.all(first), ['done', 'done'])
  assert.equal(await allowance.run(() => Promise.resolve(3)), 3)
  await assert.rejects(
    allowance.run(() => Promise.reject(new Error('no'))),
    /^Error: no$/,
  )
  assert.equal(allowance.underWay, 0)
})
