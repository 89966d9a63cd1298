/** `pnpm chaos`: breaks a cluster under load, and says which promises held. See `--help`. */
import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seeded } from '@heliograph/testkit'
import { AIMS } from './faults/faults.ts'
import { Interruption, interruptions } from './interruption.ts'
import { type Options, parseOptions, USAGE } from './options.ts'
import { findingsOf, markdownOf } from './report/markdown.ts'
import { record } from './report/record.ts'
import { type Report, reportOf } from './report/report.ts'
import { rolling } from './rolling.ts'
import { run } from './run.ts'
import { type Beat, script } from './script.ts'

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof Interruption)) throw error
  // All that was started is ended. Whoever started this sees what ended it.
  process.kill(process.pid, error.signal)
}

async function main(): Promise<number> {
  const options = parse()
  if (options === undefined) return 2
  const { seed, forMs, reportDir, counts } = options
  say(`--seed ${seed}`)
  if (reportDir !== undefined) await mkdir(reportDir, { recursive: true })
  const signal = interruptions((name) => say(`${name}: ends what it started`))
  const outcome = await run({
    chance: seeded(seed + 1),
    counts,
    size: options,
    beats: beatsOf(options),
    forMs,
    say,
    logDir: reportDir,
    signal,
  })
  const report = reportOf(outcome, { date: new Date(), commit: commit(), command: commandOf(seed) })
  if (reportDir !== undefined) await write(report, reportDir)
  if (options.record) await record(markdownOf(report), options.rolling > 0 ? 'rolling' : 'long')
  const violated = findingsOf(report, false)
  process.stdout.write(
    `\n${markdownOf(report)}\n${violated === '' ? '' : `Violations:\n${violated}\n`}${findingsOf(report, true)}`,
  )
  for (const [event, { count, example }] of Object.entries(report.errors)) say(`${count} × ${event}, e.g. ${example}`)
  return Object.values(report.verdicts).every(({ violations }) => violations === 0) ? 0 : 1
}

function parse(): Options | undefined {
  try {
    const options = parseOptions(process.argv.slice(2))
    if (options === undefined) process.stdout.write(USAGE)
    return options
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    return undefined
  }
}

function* beatsOf({ seed, rolling: times, counts, faults, doubles, beats }: Options): Generator<Beat> {
  if (times > 0) return yield* rolling(times, counts)
  let left = beats
  for (const beat of script(seeded(seed), { faults, counts, aims: AIMS, doubles })) {
    if (left-- <= 0) return
    yield beat
  }
}

function commandOf(seed: number): string {
  const given = process.argv.slice(2).filter((arg) => arg !== '--' && arg !== '--record')
  const seeding = given.includes('--seed') ? [] : ['--seed', String(seed)]
  return ['pnpm chaos', ...seeding, ...given].join(' ')
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

async function write(report: Report, dir: string): Promise<void> {
  await writeFile(join(dir, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(dir, 'report.md'), markdownOf(report))
}

function say(line: string): void {
  process.stdout.write(`# ${line}\n`)
}
