/** Nearly sensible stanzas of every kind, from clients, a component and another server: each request has its answer, and nothing breaks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chance } from '@heliograph/testkit'
import { fuzz } from './fuzz.ts'

const SECONDS = 10
/** The same choices each time, as far as the servers say the same: to find something new is what long runs are for. */
const SEED = 1

test('whatever is said, each request is answered once, and nothing fails inside', async (t) => {
  const seed = Number(process.env.HELIOGRAPH_TEST_SEED ?? SEED)
  const findings = await fuzz({ seconds: SECONDS, chance: chance(t, seed), say: (line) => t.diagnostic(line) })
  assert.equal(String(findings), '')
})
