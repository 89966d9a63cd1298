import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addUp, countsLine, noCounts, readSummaryLine } from './counts.ts'

test('closing lines are read, added up and printed in the same form', () => {
  const runs = [noCounts(), noCounts()]
  for (const line of [
    '✔ a test (1ms)',
    'ℹ tests 3',
    '\u001B[34mℹ pass 2\u001B[39m',
    'ℹ fail 1',
    'ℹ duration_ms 12.5',
  ]) {
    for (const run of runs) readSummaryLine(run, line)
  }
  const sum = addUp(runs)
  assert.deepEqual([sum.tests, sum.pass, sum.fail], [6, 4, 2])
  assert.match(countsLine(sum), /^ℹ tests 6\nℹ suites 0\nℹ pass 4\nℹ fail 2\n/)
})
