import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A user of the machine as spawn takes it. */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

/** What to run and where its output goes. */
export interface ChildOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly logFile: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly identity?: Identity | undefined
}

/** A server process started by the rig, in the foreground, its output in a file. */
export class Child implements AsyncDisposable {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #options: ChildOptions
  /** Length of the log when it was started: what earlier processes wrote there is not its. */
  readonly #logStart: number

  constructor(options: ChildOptions) {
    this.#options = options
    const log = openSync(options.logFile, 'a')
    this.#logStart = fstatSync(log).size
    this.#child = spawn(options.command, options.args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...options.identity,
    })
    closeSync(log)
    this.#child.on('error', () => {}) // seen as an exit by whoever waits for the port
    this.pid = this.#child.pid ?? -1
  }

  get ended(): boolean {
    return this.pid === -1 || this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Waits until `port` accepts connections; throws with the end of the log when the process ends or `limitMs` pass. */
  async listening(port: number, limitMs = 30_000): Promise<void> {
    await this.#until(() => accepts(port), limitMs)
  }

  /** Waits until its output holds `text`; throws like {@link listening}. */
  async says(text: string, limitMs = 30_000): Promise<void> {
    await this.#until(async () => this.#log().includes(text), limitMs)
  }

  /** Asks it to stop (SIGTERM, or `signal`), and kills it after `limitMs`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', limitMs = 10_000): Promise<void> {
    if (this.ended) return
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))
    this.#child.kill(signal)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), limitMs)
    await gone
    clearTimeout(timer)
  }

  /** Kills it at once, for when there is no time left to wait. */
  kill(): void {
    if (!this.ended) this.#child.kill('SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #log(): string {
    return readFileSync(this.#options.logFile).subarray(this.#logStart).toString()
  }

  async #until(holds: () => Promise<boolean>, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs
    while (!this.ended && performance.now() < end) {
      if (await holds()) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const { command, args } = this.#options
    throw new Error(`${[command, ...args].join(' ').slice(0, 200)} did not come up:\n${this.#log().slice(-2_000)}`)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Runs a tool to its end and resolves with its output; rejects with what it said on failure. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>>; identity?: Identity | undefined } = {},
): Promise<string> {
  const { stdout } = await execute(command, [...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    maxBuffer: 16 * 1024 * 1024,
    ...options.identity,
  })
  return stdout
}

/** The named system user when we are root and it exists: servers refuse to run as root, or should not. */
export function identityOf(user: string): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}
