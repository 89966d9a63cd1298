import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CASES, selectCases } from './cases.ts'
import { SCENARIOS } from './scenarios/scenarios.ts'

describe('CASES', () => {
  it('have ids of their own and scenarios that exist', () => {
    assert.equal(new Set(CASES.map((row) => row.id)).size, CASES.length)
    for (const row of CASES) assert.ok(SCENARIOS[row.scenario], row.id)
  })
})

describe('selectCases', () => {
  it('takes an id for itself and any other word for a prefix', () => {
    assert.deepEqual(
      selectCases(['login', 'chat-closed']).map((row) => row.id),
      ['login-tls', 'login-plain', 'chat-closed'],
    )
    const byHand = CASES.filter((row) => row.byHand === true)
    assert.equal(selectCases(['all']).length, CASES.length - byHand.length)
    assert.deepEqual(selectCases(byHand.map((row) => row.id)), byHand)
    assert.throws(() => selectCases(['chess']), /no scenario chess/)
  })
})
