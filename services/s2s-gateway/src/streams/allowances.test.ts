import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { Allowances } from './allowances.ts'

const [one, other] = ['one.example', 'other.example'].map((name) => ensureDomain(name))
const rates = (stanzasPerSecond: number, bytesPerSecond = 0) => ({ stanzasPerSecond, bytesPerSecond, burstSeconds: 2 })

test('a domain has what it saved up, then it waits, and others don’t', (test) => {
  let now = 0
  test.mock.method(performance, 'now', () => now)
  const allowances = new Allowances()
  const agreed = rates(10, 1_000)
  for (let i = 0; i < 20; i++) assert.equal(allowances.spend(one!, agreed, 50), 0)
  assert.equal(allowances.owed(one!, agreed), 0)
  assert.equal(allowances.spend(one!, agreed, 50), 100)
  assert.equal(allowances.owed(one!, agreed), 100)
  assert.equal(allowances.spend(other!, agreed, 2_500), 500)
  now = 100
  assert.equal(allowances.owed(one!, agreed), 0)
})

test('other rates hold at once, and none are no bound', () => {
  const allowances = new Allowances()
  assert.ok(allowances.spend(one!, rates(1, 10), 1_000) > 0)
  assert.equal(allowances.owed(one!, rates(5)), 0)
  assert.equal(allowances.spend(one!, rates(0), 1_000_000), 0)
  assert.equal(allowances.spend(one!, undefined, 1_000_000), 0)
})
