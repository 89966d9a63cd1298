import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PasswordPolicy, PasswordRules } from './password-rules.ts'

const policy: PasswordPolicy = { minLength: 8, minClasses: 1, minStrength: 2, history: 3 }

test('length, classes and what is easy to guess', async () => {
  const problem = (password: string, changes: Partial<PasswordPolicy> = {}) =>
    new PasswordRules({ ...policy, ...changes }).problem(password, ['juliet', 'capulet.example'])
  assert.match((await problem('Zq7$kx')) ?? '', /fewer than 8/)
  assert.equal(await problem('héhéöüvx🌹'), undefined)
  assert.match((await problem('🌹🌹🌹🌹🌹🌹🌹')) ?? '', /fewer than 8/)
  assert.match((await problem('verona-balcony', { minClasses: 3 })) ?? '', /needs 3 of/)
  assert.equal(await problem('Verona-balcony', { minClasses: 3 }), undefined)
  for (const known of ['password', 'P4ssword!', 'summer2024', 'qwertyuiop', 'aaaaaaaaaaaa', 'juliet1234'])
    assert.match((await problem(known)) ?? '', /easy to guess/, known)
  assert.equal(await problem('password', { minStrength: 0 }), undefined)
  assert.equal(await problem('verona-balcony'), undefined)
})

test('a long one takes no longer', async () => {
  const started = performance.now()
  assert.equal(await new PasswordRules(policy).problem(`Zq7$kx-${'ab1'.repeat(50_000)}`), undefined)
  assert.ok(performance.now() - started < 2_000)
})
