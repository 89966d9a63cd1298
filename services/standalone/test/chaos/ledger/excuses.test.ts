import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Strike } from '../faults/fault.ts'
import type { Performed } from '../perform.ts'
import { judge } from './excuses.ts'
import type { Finding } from './finding.ts'

const fault = { name: 'it', plan: () => step() }
const step = (...strikes: Strike[]) => ({ fault, afterMs: 0, what: 'it', strikes, act: async () => {} })
const beat = (began: number, ...strikes: Strike[]): Performed => {
  return { beat: { steps: [step(...strikes)], pauseMs: 0 }, began, ended: began + 1_000, recovered: began + 2_000 }
}
const finding = (concern: Finding['concern'], kind: string, atMs: number): Finding => ({
  concern,
  kind,
  what: '',
  atMs,
})

test('a lost session is excused when owner and edge died at about the same time, not when one of them did', () => {
  const lost = finding('session', 'rebound', 100_000)
  assert.equal(judge(lost, [beat(99_000, 'edge')]).excuse, undefined)
  assert.equal(judge(lost, [beat(99_000, 'edge'), beat(96_000, 'session')]).excuse, undefined)
  assert.match(judge(lost, [beat(99_000, 'edge', 'session')]).excuse ?? '', /same moment/)
})

test('nothing excuses that an acknowledged message is lost', () => {
  const all = beat(99_000, 'edge', 'session', 'muc', 'redis-lost', 'postgres-away')
  for (const kind of ['chat', 'letter', 'room', 'item'])
    assert.equal(judge(finding('lost', kind, 100_000), [all]).excuse, undefined)
})

test('what Redis lost is written again a while after it is back: a death in between counts as one at the same time', () => {
  const out = finding('occupant', 'room', 100_000)
  assert.match(judge(out, [beat(95_000, 'redis-lost'), beat(99_000, 'muc')]).excuse ?? '', /lost with Redis/)
  assert.equal(judge(out, [beat(80_000, 'redis-lost'), beat(99_000, 'muc')]).excuse, undefined)
})

test('what waited comes late where Postgres was away; chat never does', () => {
  const away = [beat(97_000, 'postgres-away')]
  assert.match(judge(finding('reordered', 'letter', 100_000), away).excuse ?? '', /could not be read/)
  assert.equal(judge(finding('reordered', 'letter', 100_000), [beat(97_000, 'session')]).excuse, undefined)
  assert.equal(judge(finding('reordered', 'chat', 100_000), away).excuse, undefined)
})

test('an owner of users that has just come back is being handed sessions: Redis may be lost in between', () => {
  const lost = finding('session', 'rebound', 100_000)
  assert.match(
    judge(lost, [beat(92_000, 'session'), beat(97_000, 'redis-lost')]).excuse ?? '',
    /handed over when Redis was lost/,
  )
  assert.equal(judge(lost, [beat(80_000, 'session'), beat(97_000, 'redis-lost')]).excuse, undefined)
})
