import { createInterface } from 'node:readline'
import { endChild, exitOf, spawnChild } from '../child.ts'
import { type Counts, noCounts, readSummaryLine } from './counts.ts'
import type { Phase } from './phases.ts'

/** Runs test files with `node --test`, passing its output on to `print`, line by line. An aborted run ends with a failure. */
export async function runFiles(
  phase: Phase,
  paths: readonly string[],
  { env, signal, print }: { env: NodeJS.ProcessEnv; signal: AbortSignal; print: (line: string) => void },
): Promise<Counts> {
  const options = [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${phase.concurrency}`,
    `--test-timeout=${phase.timeoutMs}`,
    // A test that failed may leave connections open: its file ends all the same.
    ...(phase.needsServers ? ['--test-force-exit'] : []),
  ]
  const { NODE_TEST_CONTEXT: _, ...clean } = env // set when we ourselves are under test: the reporter would change
  const child = spawnChild(process.execPath, [...options, ...paths], {
    env: clean,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const counts = noCounts()
  const output = createInterface(child.stdout!)
  output.on('line', (line) => {
    print(line)
    readSummaryLine(counts, line)
  })
  const read = new Promise((resolve) => output.once('close', resolve))
  const interrupt = () => void endChild(child, 'SIGINT', 10_000)
  signal.addEventListener('abort', interrupt, { once: true })
  const code = await exitOf(child)
  signal.removeEventListener('abort', interrupt)
  await read
  counts.failedRuns = code === 0 ? 0 : 1
  return counts
}
