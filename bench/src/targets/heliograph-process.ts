import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NODE_FLAGS } from '@heliograph/testkit'
import { type Child, run } from './child.ts'
import { everythingOn } from './everything-on.ts'
import { type HeliographSettings, heliographConfig } from './heliograph-config.ts'
import type { Workspace } from './workspace.ts'

const TREE = fileURLToPath(new URL('../../../', import.meta.url))
const JEMALLOC = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].map((path) => `${path}/libjemalloc.so.2`)

/** What a process logs once it serves. */
export const READY = '"event":"ready"'

/** How its processes are run. */
export interface HeliographRuntime {
  readonly jemalloc: boolean
  readonly profileDirectory: string | undefined
  /** Everything is switched on that can be. */
  readonly everything: boolean
}

/** One Heliograph process to start: a service of this tree with its settings. */
export interface HeliographProcess {
  readonly service: string
  /** Name of its files in `home`. */
  readonly instance: string
  readonly home: string
  readonly settings: HeliographSettings
  readonly runtime: HeliographRuntime
}

/** The commit that is measured, for the report. */
export async function heliographVersion(mode: string, { jemalloc, everything }: HeliographRuntime): Promise<string> {
  const commit = await run('git', ['-C', TREE, 'rev-parse', '--short', 'HEAD']).catch(() => 'unknown')
  return `Heliograph ${commit.trim()}, ${mode}${everything ? ', everything on' : ''}${jemalloc ? ', jemalloc' : ''}`
}

/** Starts a service as production does: `node services/NAME/src/main.ts --config FILE`. */
export async function startHeliograph(workspace: Workspace, process: HeliographProcess): Promise<Child> {
  const { service, instance, home, settings, runtime } = process
  const config = join(home, `${instance}.yaml`)
  const { domain, dataDir } = settings
  const overlay = runtime.everything ? await everythingOn(domain, dataDir) : undefined
  await writeFile(config, heliographConfig({ ...settings, overlay }))
  const library = runtime.jemalloc ? JEMALLOC.find((file) => existsSync(file)) : undefined
  if (runtime.jemalloc && library === undefined) throw new Error('jemalloc not found: install libjemalloc2')
  return workspace.spawn({
    command: globalThis.process.execPath,
    args: [
      ...NODE_FLAGS,
      ...profiling(runtime.profileDirectory, instance),
      join(TREE, 'services', service, 'src/main.ts'),
      '--config',
      config,
    ],
    cwd: home,
    logFile: join(home, `${instance}.log`),
    env: { HELIOGRAPH_INSTANCE: instance, ...(library === undefined ? {} : { LD_PRELOAD: library }) },
  })
}

function profiling(directory: string | undefined, instance: string): string[] {
  if (directory === undefined) return []
  return ['--cpu-prof', `--cpu-prof-dir=${resolve(directory)}`, `--cpu-prof-name=${instance}-${Date.now()}.cpuprofile`]
}
