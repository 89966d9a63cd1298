import { type BenchCase, selectCases } from './cases.ts'
import { type BenchOptions, parseOptions, USAGE } from './options.ts'
import { type Column, mediansOf } from './report/tables.ts'
import { report, writeResults } from './report/write-results.ts'
import { TargetRun } from './run-target.ts'
import { targetOf } from './targets/targets.ts'
import { Workspace } from './targets/workspace.ts'

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function column(
  name: string,
  rows: readonly BenchCase[],
  workspace: Workspace,
  options: BenchOptions,
): Promise<Column[]> {
  const target = targetOf(name, workspace, options)
  try {
    const version = await target.version()
    return [{ name, peer: target.peer, version, results: await new TargetRun(target, options, say).run(rows) }]
  } catch (error) {
    say(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`)
    return []
  }
}

async function bench(options: BenchOptions, workspace: Workspace): Promise<void> {
  const rows = selectCases(options.scenarios)
  const measure = async (once: BenchOptions): Promise<Column[]> => {
    const columns: Column[] = []
    for (const name of options.targets) columns.push(...(await column(name, rows, workspace, once)))
    return columns
  }
  const rounds: Column[][] = []
  for (let round = 0; options.alternate && round < options.runs; round++) {
    rounds.push(await measure({ ...options, runs: 1 }))
  }
  const columns = options.alternate ? mediansOf(rounds) : await measure(options)
  const text = await report(rows, columns, options)
  process.stdout.write(`${text}\n`)
  if (options.write) await writeResults(text)
}

/** Runs until done or until a signal says to stop; either way no server is left running. */
async function main(options: BenchOptions): Promise<void> {
  await using workspace = await Workspace.open(options.stateDirectory)
  process.once('exit', () => workspace.killAll())
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await Promise.race([bench(options, workspace), stopped])
}

const options = parseOptions(process.argv.slice(2))
if (options === undefined) process.stdout.write(USAGE)
else {
  await main(options)
  process.exit() // after a signal the interrupted run's timers and generators would keep the process
}
