import { stripVTControlCharacters } from 'node:util'

const NAMES = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo'] as const

/** What node:test says at the end of a run. */
export type Counts = Record<(typeof NAMES)[number], number> & {
  /** Runs that ended with a failure, whatever they counted. */
  failedRuns: number
}

export const noCounts = (): Counts => ({
  tests: 0,
  suites: 0,
  pass: 0,
  fail: 0,
  cancelled: 0,
  skipped: 0,
  todo: 0,
  failedRuns: 0,
})

/** Takes over a line of the closing summary (`ℹ pass 12`, in colours on a terminal); any other line changes nothing. */
export function readSummaryLine(counts: Counts, line: string): void {
  const match = /^ℹ (\w+) (\d+)$/.exec(stripVTControlCharacters(line))
  const name = NAMES.find((candidate) => candidate === match?.[1])
  if (name !== undefined) counts[name] = Number(match![2])
}

export function addUp(runs: readonly Counts[]): Counts {
  const sum = noCounts()
  for (const run of runs) for (const name of [...NAMES, 'failedRuns'] as const) sum[name] += run[name]
  return sum
}

/** The closing lines of all runs together, in node:test's own form. */
export function countsLine(counts: Counts): string {
  return NAMES.map((name) => `ℹ ${name} ${counts[name]}\n`).join('')
}
