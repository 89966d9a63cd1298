import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { Existence } from './existence.ts'

const jid = ensureBare('juliet@example.com')

test('asks once, and again after a change or a while', async () => {
  let [asked, now, there] = [0, 0, false]
  const existence = new Existence(
    async () => {
      asked++
      return there
    },
    () => now,
  )
  for (let round = 0; round < 3; round++) assert.equal(await existence.has(jid), false)
  assert.equal(asked, 1)
  there = true
  existence.forget(jid)
  for (let round = 0; round < 3; round++) assert.equal(await existence.has(jid), true)
  assert.equal(asked, 2)
  now += 60_000
  await existence.has(jid)
  assert.equal(asked, 3)
})

test('an answer overtaken by a change is not remembered', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  let answer = promise
  const existence = new Existence(
    () => answer,
    () => 0,
  )
  const early = existence.has(jid)
  existence.forget(jid)
  resolve(false)
  assert.equal(await early, false)
  answer = Promise.resolve(true)
  assert.equal(await existence.has(jid), true)
})
