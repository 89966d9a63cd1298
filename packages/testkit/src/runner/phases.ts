import { glob } from 'node:fs/promises'
import { join } from 'node:path'

export interface Phase {
  readonly name: 'unit' | 'contract' | 'scenario' | 'fault'
  readonly needsServers: boolean
  /** Runs at the same time as the phase before it. */
  readonly beside?: boolean
  /** Files at a time. */
  readonly concurrency: number
  /** Time that one file may take. */
  readonly timeoutMs: number
  readonly patterns: readonly string[]
  readonly accepts: (path: string) => boolean
}

/** Files in a folder of this name are written for `bothModes()`, which uses the servers of the run. */
export const usesSharedSites = (path: string): boolean => /[/]test[/]scenarios[/]/.test(path)

const isFault = (path: string): boolean => /(^|[/.-])faults?[/.-]/.test(path)

/** Tests of what judges a run of `pnpm chaos`, which need no server. */
const isOfRig = (path: string): boolean => /[/]test[/]chaos[/]/.test(path)

/**
 * In the order in which they are run. Scenario and fault tests start whole clusters and wait much: one file of each at a time, since fault tests
 * have servers of their own.
 */
export const PHASES: readonly Phase[] = [
  {
    name: 'unit',
    needsServers: false,
    concurrency: 2,
    timeoutMs: 120_000,
    patterns: [
      'packages/*/src/**/*.test.ts',
      'services/*/src/**/*.test.ts',
      'services/*/test/chaos/**/*.test.ts',
      'bench/src/**/*.test.ts',
    ],
    accepts: () => true,
  },
  {
    name: 'contract',
    needsServers: true,
    concurrency: 2,
    timeoutMs: 180_000,
    patterns: ['packages/*/test/**/*.test.ts', 'bench/test/**/*.test.ts'],
    accepts: () => true,
  },
  {
    name: 'scenario',
    needsServers: true,
    concurrency: 1,
    timeoutMs: 600_000,
    patterns: ['services/*/test/**/*.test.ts'],
    accepts: (path) => !isFault(path) && !isOfRig(path),
  },
  {
    name: 'fault',
    needsServers: true,
    beside: true,
    concurrency: 1,
    timeoutMs: 900_000,
    patterns: ['services/*/test/**/*.test.ts'],
    accepts: (path) => isFault(path) && !isOfRig(path),
  },
]

const ROOT = join(import.meta.dirname, '../../../..')

/** The files of each phase, sorted; with filters, those whose path contains one of them. */
export async function testFiles(
  phases: readonly Phase[],
  filters: readonly string[],
): Promise<(readonly [Phase, readonly string[]])[]> {
  const wanted = (path: string): boolean => filters.length === 0 || filters.some((filter) => path.includes(filter))
  const exclude = (name: string): boolean => name.split('/').includes('node_modules')
  return Promise.all(
    phases.map(async (phase) => {
      const found = await Array.fromAsync(glob(phase.patterns, { cwd: ROOT, exclude }))
      const paths = found.filter((path) => wanted(path) && phase.accepts(path)).sort()
      return [phase, paths.map((path) => join(ROOT, path))] as const
    }),
  )
}
