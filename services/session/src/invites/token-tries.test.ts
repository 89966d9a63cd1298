import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BareJid } from '@heliograph/jid'
import { TokenTries } from './token-tries.ts'

test('each sender may show five tokens a minute, and all together sixty', () => {
  const tries = new TokenTries()
  const from = (n: number, now: number) => tries.take(`a${n}@b.example` as BareJid, now)
  assert.deepEqual(
    Array.from({ length: 6 }, () => from(0, 0)),
    [true, true, true, true, true, false],
  )
  const others = Array.from({ length: 100 }, (_, n) => from(n + 1, 59_999))
  assert.deepEqual([others.filter(Boolean).length, others.lastIndexOf(true)], [55, 54])
  assert.equal(from(0, 60_000), true)
})
