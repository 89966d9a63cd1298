import { parseArgs } from 'node:util'
import { ConfigError, type Environment, findConfigFile, type HeliographConfig, loadConfig } from '@heliograph/config'
import { trimWhenQuiet } from './memory-trim.ts'
import { migrateTables } from './migrate-tables.ts'
import { type ProcessDefinition, type RunningProcess, startProcess } from './start-process.ts'
import { releaseVersion } from './version.ts'

/** What a process is started with; `process` itself fits. */
export interface Host {
  readonly argv: readonly string[]
  readonly env: Environment
}

export interface RunOptions {
  /** Called once when all services serve. */
  readonly onReady?: (running: RunningProcess, config: HeliographConfig) => void
}

/** After it has stopped, how long a forgotten handle may keep the process alive. */
const lingerMs = 3_000

/**
 * The whole life of a service process: reads the configuration, starts the services, drains and stops them on SIGTERM or
 * SIGINT, also while they start. A second signal stops without draining, a third ends the process at once. Sets `process.exitCode`: 0 after a
 * stop that was asked for, 1 when it couldn't start, 2 when the configuration or the arguments are wrong. With `--migrate` it brings the
 * tables to its version instead.
 */
export async function runService(
  definition: ProcessDefinition,
  host: Host = process,
  options: RunOptions = {},
): Promise<void> {
  const order = orderOf(definition, host)
  if (order === undefined) return
  const { config } = order
  if (order.migrate) {
    await justMigrate(definition, config)
    return
  }
  const signals = new AbortController()
  const starting = new AbortController()
  let running: RunningProcess | undefined
  let asked = 0
  const onSignal = (): void => {
    asked += 1
    // The default action of the next signal ends the process.
    if (asked === 2) signals.abort()
    starting.abort()
    void (asked === 1 ? running?.shutdown() : running?.stop())
  }
  // On a terminal it says that the terminal is gone.
  if (process.stdin.isTTY !== true) {
    const onReload = (): void => void running?.reload()
    process.on('SIGHUP', onReload)
    signals.signal.addEventListener('abort', () => process.off('SIGHUP', onReload))
  }
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, onSignal)
    signals.signal.addEventListener('abort', () => process.off(name, onSignal))
  }
  try {
    running = await startProcess(definition, config, { read: order.read }, starting.signal)
    logCrashes(running)
    using _ = trimWhenQuiet(running.telemetry.log)
    options.onReady?.(running, config)
    if (asked > 0) void running.shutdown() // asked in the very last moment
    await running.stopped
    if (running.failure !== undefined) process.exitCode = 1
    endAnyway()
  } catch (error) {
    if (asked > 0) return
    fail(`${definition.name} could not start`, error)
  } finally {
    signals.abort()
  }
}

async function justMigrate(definition: ProcessDefinition, config: HeliographConfig): Promise<void> {
  try {
    const applied = await migrateTables(definition, config)
    process.stdout.write(applied.map((id) => `applied ${id}\n`).join('') || 'nothing to apply\n')
  } catch (error) {
    fail('tables could not be migrated', error)
  }
}

function fail(what: string, error: unknown): void {
  process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof ConfigError ? 2 : 1
}

interface Order {
  readonly config: HeliographConfig
  /** The configuration as it is there now. */
  readonly read: () => HeliographConfig
  readonly migrate: boolean
}

/** What is asked for, unless that is answered by then. */
function orderOf({ name, mode }: ProcessDefinition, { argv, env }: Host): Order | undefined {
  try {
    const { values } = parseArgs({
      args: argv.slice(2),
      options: {
        config: { type: 'string' },
        migrate: { type: 'boolean', default: false },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    })
    if (values.help || values.version) {
      const usage = `usage: ${name} [--config FILE] [--migrate] [--version]\nOptions are described in docs/configuration.md.\n`
      process.stdout.write(values.help ? usage : `${releaseVersion()}\n`)
      return undefined
    }
    const file = findConfigFile(values.config, env)
    const read = (): HeliographConfig => loadConfig({ file, env, mode })
    const config = read()
    if (config.mode === mode) return { config, read, migrate: values.migrate }
    throw new ConfigError([{ option: 'mode', message: `${name} runs in ${mode} mode only` }])
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
    return undefined
  }
}

/** A crash is logged before Node ends the process. */
function logCrashes(running: RunningProcess): void {
  const log = (error: unknown, origin: string): void => running.telemetry.log.error('crashed', { origin, error })
  process.on('uncaughtExceptionMonitor', log)
  void running.stopped.then(() => process.off('uncaughtExceptionMonitor', log))
}

/** A process that has released its leases must not stay, even when something holds it. */
function endAnyway(): void {
  const timer = setTimeout(() => {
    process.stderr.write(`still held by ${process.getActiveResourcesInfo().join(', ')}\n`)
    process.kill(process.pid, 'SIGKILL')
  }, lingerMs)
  timer.unref()
}
