/** The test runner behind `pnpm test`. See `--help`. */
import { parseArgs } from 'node:util'
import { runCommand } from '../command.ts'
import { compileCache } from '../compile-cache.ts'
import { type Infrastructure, infrastructure } from '../infrastructure/infrastructure.ts'
import { addUp, type Counts, countsLine } from '../runner/counts.ts'
import { PHASES, type Phase, testFiles, usesSharedSites } from '../runner/phases.ts'
import { runFiles } from '../runner/run-files.ts'
import { modesWanted } from '../scenario/modes.ts'
import { SharedSites } from '../scenario/shared-sites.ts'

const HELP = `usage: pnpm test [--unit | --contract | --scenario | --fault]... [FILTER]...

Runs unit, contract, and then scenario beside fault tests, against real NATS, Redis and Postgres that it finds or
starts. A FILTER is a part of a path: only the files that contain one of them are run.
`

await runCommand(main)

async function main(): Promise<number> {
  const { values, positionals } = options()
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const wanted = PHASES.filter((phase) => values[phase.name])
  const phases = wanted.length > 0 ? wanted : PHASES
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  const files = await testFiles(phases, positionals)
  if (files.every(([, paths]) => paths.length === 0)) return complain('no test file matches')
  const needsServers = files.some(([phase, paths]) => phase.needsServers && paths.length > 0)
  await using servers = needsServers ? await infrastructure({ say }) : undefined
  const env = { ...compileCache, ...process.env, ...servers?.env() }
  const counts: Counts[] = []
  for (const group of sideBySide(files.filter(([, paths]) => paths.length > 0)))
    if (!stop.signal.aborted) counts.push(...(await runGroup(group, { env, servers, signal: stop.signal })))
  const sum = addUp(counts)
  process.stdout.write(`\n${countsLine(sum)}`)
  if (stop.signal.aborted) return complain('interrupted')
  if (sum.tests === 0) return complain('no test ran')
  return sum.failedRuns === 0 && sum.fail === 0 && sum.cancelled === 0 ? 0 : 1
}

type Files = readonly [phase: Phase, paths: readonly string[]]

interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly servers: Infrastructure | undefined
  readonly signal: AbortSignal
}

function sideBySide(files: readonly Files[]): Files[][] {
  const groups: Files[][] = []
  for (const each of files) {
    if (each[0].beside && groups.length > 0) groups.at(-1)!.push(each)
    else groups.push([each])
  }
  return groups
}

/** What the first says is passed on as it comes, what the others say when they and those before them are done. */
async function runGroup(group: readonly Files[], surroundings: Surroundings): Promise<Counts[]> {
  const saids = group.map((): string[] => [])
  const runs = group.map((files, at) =>
    runPhase(files, surroundings, at === 0 ? print : (line) => saids[at]!.push(line)),
  )
  const counts: Counts[] = []
  for (const [at, run] of runs.entries()) {
    counts.push(await run.finally(() => saids[at]!.forEach(print)))
  }
  return counts
}

async function runPhase(
  [phase, paths]: Files,
  { env, servers, signal }: Surroundings,
  print: (line: string) => void,
): Promise<Counts> {
  print(`# ${phase.name} tests: ${paths.length} files`)
  await using sites = servers && paths.some(usesSharedSites) ? await shareSites(servers) : undefined
  // The servers stay until it is done.
  return await runFiles(phase, paths, { env: { ...env, ...sites?.env() }, signal, print })
}

function options() {
  const flag = { type: 'boolean' } as const
  const flags = { unit: flag, contract: flag, scenario: flag, fault: flag, help: { ...flag, short: 'h' } }
  return parseArgs({ allowPositionals: true, options: flags })
}

function shareSites(servers: Infrastructure): Promise<SharedSites> {
  const modes = modesWanted()
  say(`starting servers that the scenarios share: ${modes.join(', ')}`)
  return SharedSites.start(servers, modes, say)
}

function complain(message: string): number {
  process.stderr.write(`${message}\n`)
  return 1
}

function say(line: string): void {
  print(`# ${line}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
