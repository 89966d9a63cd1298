import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'

const DEATH_SIGNAL = ['setpriv', '--pdeathsig', 'KILL', '--']
let deathSignal: readonly string[] | undefined

/**
 * Starts a process in a session of its own, so that a Ctrl-C meant for us reaches it only through us; where the system
 * can do that (Linux), it is killed when we die, however we die.
 */
export function spawnChild(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  deathSignal ??= canSignalOnDeath() ? DEATH_SIGNAL : []
  const [program, ...rest] = [...deathSignal, command, ...args]
  return spawn(program!, rest, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true })
}

function canSignalOnDeath(): boolean {
  const [program, ...args] = [...DEATH_SIGNAL, 'true']
  return process.platform === 'linux' && spawnSync(program!, args, { stdio: 'ignore' }).status === 0
}

/** The exit code; null after a signal, or when the program could not be run. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', (code) => resolve(code))
  })
}

/** Sends `signal`; SIGKILL follows when the process hasn't ended within `timeoutMs`. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals, timeoutMs = 5_000): Promise<number | null> {
  const exit = exitOf(child)
  child.kill(signal)
  if (signal !== 'SIGKILL') child.kill('SIGCONT') // a frozen process handles nothing else
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const code = await exit
  clearTimeout(timer)
  return code
}
