import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '@heliograph/testkit'
import { AIMS, FAULTS, faultsNamed } from './faults/faults.ts'
import { parseOptions } from './options.ts'
import { rolling } from './rolling.ts'
import { script } from './script.ts'

const counts = { edge: 2, session: 2, fanout: 2, muc: 2, pubsub: 2, gateway: 2 }

function first(seed: number, beats: number, names?: readonly string[]): string[] {
  const faults = names === undefined ? FAULTS : faultsNamed(names)
  const made = script(seeded(seed), { faults, counts, aims: AIMS, doubles: 30 }).take(beats)
  return [...made].map(({ steps, pauseMs }) => `${steps.map(({ what, afterMs }) => `${what} ${afterMs}`)} ${pauseMs}`)
}

test('a seed gives the same faults again, another seed others', () => {
  assert.deepEqual(first(7, 100), first(7, 100))
  assert.notDeepEqual(first(7, 100), first(8, 100))
})

test('in the long run each fault comes, alone and with others, and the aimed pairs come', () => {
  const made = [...script(seeded(1), { faults: FAULTS, counts, aims: AIMS, doubles: 30 }).take(3_000)]
  const names = made.map(({ steps }) => steps.map(({ fault }) => fault.name))
  for (const { name } of FAULTS)
    assert.ok(
      names.some((it) => it.length === 1 && it[0] === name),
      name,
    )
  for (const [a, b] of AIMS)
    assert.ok(
      names.some((it) => it[0] === a && it[1] === b),
      `${a} ${b}`,
    )
  const doubles = names.filter(({ length }) => length === 2).length
  assert.ok(doubles > 700 && doubles < 1_100, `${doubles} of 3000`)
})

test('only what was asked for happens; a name that nobody has is told', () => {
  assert.ok(first(3, 50, ['kill']).every((what) => what.startsWith('kill ')))
  assert.ok(first(3, 50, ['kill-edge', 'clock']).every((what) => /kill edge|the clock/.test(what)))
  assert.throws(() => faultsNamed(['killl']), /no fault is called killl/)
})

test('a rolling restart is of each instance once, as often as asked', () => {
  const what = rolling(2, { ...counts, edge: 3 }).map(({ steps }) => steps[0]!.what.split(',')[0])
  assert.equal(what.length, 26)
  assert.equal(new Set(what).size, 13)
  assert.deepEqual(what.slice(0, 4), ['drain edge-1', 'drain edge-2', 'drain edge-3', 'drain session-1'])
})

test('options', () => {
  assert.equal(parseOptions(['--help']), undefined)
  const { counts: given, seed, forMs, faults } = parseOptions(['--seed', '4', '--edges', '3', '--minutes', '2'])!
  assert.deepEqual([given.edge, given.session, seed, forMs, faults.length], [3, 2, 4, 120_000, FAULTS.length])
  assert.throws(() => parseOptions(['--persons', '3']), /even/)
  assert.throws(() => parseOptions(['--edges', 'many']), /must be a number/)
})
