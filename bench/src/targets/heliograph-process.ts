import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Child, run } from './child.ts'
import { type HeliographSettings, heliographConfig } from './heliograph-config.ts'
import type { Workspace } from './workspace.ts'

const TREE = fileURLToPath(new URL('../../../', import.meta.url))
const JEMALLOC = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].map((path) => `${path}/libjemalloc.so.2`)

/** What a process logs once it serves. */
export const READY = '"event":"ready"'

/** One Heliograph process to start: a service of this tree with its settings. */
export interface HeliographProcess {
  readonly service: string
  /** Name of its files in `home`. */
  readonly instance: string
  readonly home: string
  readonly settings: HeliographSettings
  readonly jemalloc: boolean
}

/** The commit that is measured, for the report. */
export async function heliographVersion(mode: string, jemalloc: boolean): Promise<string> {
  const commit = await run('git', ['-C', TREE, 'rev-parse', '--short', 'HEAD']).catch(() => 'unknown')
  return `Heliograph ${commit.trim()}, ${mode}${jemalloc ? ', jemalloc' : ''}`
}

/** Starts a service as production does: `node services/NAME/src/main.ts --config FILE`. */
export async function startHeliograph(workspace: Workspace, process: HeliographProcess): Promise<Child> {
  const { service, instance, home, settings, jemalloc } = process
  const config = join(home, `${instance}.yaml`)
  await writeFile(config, heliographConfig(settings))
  const library = jemalloc ? JEMALLOC.find((file) => existsSync(file)) : undefined
  if (jemalloc && library === undefined) throw new Error('jemalloc not found: install libjemalloc2')
  return workspace.spawn({
    command: globalThis.process.execPath,
    args: [join(TREE, 'services', service, 'src/main.ts'), '--config', config],
    cwd: home,
    logFile: join(home, `${instance}.log`),
    env: { HELIOGRAPH_INSTANCE: instance, ...(library === undefined ? {} : { LD_PRELOAD: library }) },
  })
}
