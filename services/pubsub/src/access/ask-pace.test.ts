import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { AskPace } from './ask-pace.ts'

test('owners are asked about one user once a minute, and about few in all', () => {
  const pace = new AskPace()
  const user = (name: string) => ensureBare(`${name}@montague.example`)
  assert.deepEqual(
    [0, 59_999, 60_000].map((now) => pace.allows(user('romeo'), now)),
    [true, false, true],
  )
  const others = Array.from({ length: 30 }, (_, i) => pace.allows(user(`u${i}`), 60_001))
  assert.equal(others.filter((allowed) => allowed).length, 19)
  assert.equal(pace.allows(user('late'), 120_001), true)
})
