import assert from 'node:assert/strict'
import { test } from 'node:test'
import { within } from './within.ts'

test('work is waited for, but not for ever', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { promise, resolve } = Promise.withResolvers<void>()
  const [short, long] = [within(100, promise), within(1_000, promise)]
  t.mock.timers.tick(100)
  assert.equal(await short, false)
  resolve()
  assert.equal(await long, true)
})

test('work that fails fails who waits', async () => {
  await assert.rejects(within(1_000, Promise.reject(new Error('no'))), /no/)
})
