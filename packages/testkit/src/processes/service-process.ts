import type { ChildProcess } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endChild, exitOf, spawnChild } from '../child.ts'
import { compileCache } from '../compile-cache.ts'
import { untilServing } from './health.ts'
import { type LogLine, parseLogLine } from './log-line.ts'
import { NODE_FLAGS } from './node-flags.ts'

export interface ServiceProcessOptions {
  /** For people and logs, e.g. `edge-1`. */
  readonly name: string
  /** The folder under `services/`. */
  readonly service: string
  /** The program; default that service's `src/main.ts`. */
  readonly entry?: string
  /** What goes into its configuration file. */
  readonly config: object
  readonly env?: Readonly<Record<string, string>>
  /** A directory of its own, for its configuration file. */
  readonly dir: string
  readonly onLine?: (name: string, line: LogLine) => void
}

const ROOT = join(import.meta.dirname, '../../../..')
const KEPT_LINES = 20_000
const READY_MS = 60_000
const DRAIN_MS = 40_000

/** Told of each line, and with undefined that the process has ended. */
type Watcher = (line: LogLine | undefined) => void

/** A process of a service, which tests may kill, freeze, drain and start again with the same configuration. */
export class ServiceProcess implements AsyncDisposable {
  readonly name: string
  /** What it logged since its latest start, the oldest lines dropped past 20 000. */
  logs: LogLine[] = []
  readonly #options: ServiceProcessOptions
  readonly #watchers = new Set<Watcher>()
  #child: ChildProcess | undefined

  constructor(options: ServiceProcessOptions) {
    this.#options = options
    this.name = options.name
  }

  get service(): string {
    return this.#options.service
  }

  get pid(): number | undefined {
    return this.running ? this.#child?.pid : undefined
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves with its exit code, null after a signal, once it has ended. */
  get exited(): Promise<number | null> {
    return this.#child === undefined ? Promise.resolve(null) : exitOf(this.#child)
  }

  /** Starts it and waits until it logs `ready`. @throws with its last lines when it ends before, or takes too long */
  async start(): Promise<LogLine> {
    await this.launch()
    return this.ready()
  }

  /** Its configuration file is what becomes of that it was made with; whoever runs has to read it again. */
  async configure(change: (config: Readonly<Record<string, unknown>>) => object): Promise<void> {
    await writeFile(this.#file, JSON.stringify(change({ ...this.#options.config }), null, 2))
  }

  /** Starts it without waiting. */
  async launch(): Promise<void> {
    if (this.running) throw new Error(`${this.name} runs already`)
    const { dir, config, env, service } = this.#options
    await mkdir(dir, { recursive: true })
    const file = this.#file
    await writeFile(file, JSON.stringify(config, null, 2)) // JSON is YAML
    this.logs = []
    const entry = this.#options.entry ?? join(ROOT, 'services', service, 'src', 'main.ts')
    const child = spawnChild(process.execPath, [...NODE_FLAGS, entry, '--config', file], {
      cwd: dir,
      env: { ...compileCache, ...cleanEnv(), ...env },
    })
    this.#child = child
    child.once('close', () => {
      for (const watcher of [...this.#watchers]) watcher(undefined)
    })
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface(stream).on('line', (line) => this.#take(parseLogLine(line)))
  }

  /** The line that says it is ready. */
  ready(timeoutMs = READY_MS): Promise<LogLine> {
    return this.logged((line) => line.event === 'ready', timeoutMs)
  }

  /** Waits until its health check says that it can serve: later than {@link ready} where it needs another service. */
  async serving(timeoutMs = READY_MS): Promise<void> {
    const { addresses } = await this.ready(timeoutMs)
    const rpc = (addresses as Readonly<Record<string, string>> | undefined)?.rpc
    if (rpc === undefined) throw new Error(`${this.name} has no address for gRPC`)
    await untilServing(rpc, timeoutMs)
  }

  /**
   * The first line since its start that matches, waiting for it when need be.
   * @throws with its last lines, when it ends before or `timeoutMs` have passed
   */
  logged(matches: (line: LogLine) => boolean, timeoutMs = 10_000): Promise<LogLine> {
    const found = this.logs.find(matches)
    if (found !== undefined) return Promise.resolve(found)
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer)
        this.#watchers.delete(watcher)
        act()
      }
      const fail = (why: string) => settle(() => reject(new Error(`${this.name} ${why}:\n${this.#tail()}`)))
      const watcher: Watcher = (line) => {
        if (line === undefined) fail('ended before it logged that')
        else if (matches(line)) settle(() => resolve(line))
      }
      const timer = setTimeout(() => fail(`did not log that in ${timeoutMs} ms`), timeoutMs)
      this.#watchers.add(watcher)
      if (!this.running) watcher(undefined)
    })
  }

  /** SIGKILL: no goodbye of any kind. */
  async kill(): Promise<void> {
    if (this.#child) await endChild(this.#child, 'SIGKILL')
  }

  /** SIGSTOP: it keeps its sockets and does nothing, as in a long pause of the machine. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  /** SIGCONT. */
  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** SIGTERM, then SIGKILL after `timeoutMs`; resolves with the exit code (null when it had to be killed). */
  async drain(timeoutMs = DRAIN_MS): Promise<number | null> {
    return this.#child ? endChild(this.#child, 'SIGTERM', timeoutMs) : null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  get #file(): string {
    return join(this.#options.dir, 'heliograph.yaml')
  }

  #take(line: LogLine): void {
    this.logs.push(line)
    if (this.logs.length > KEPT_LINES) this.logs.splice(0, KEPT_LINES / 2)
    for (const watcher of [...this.#watchers]) watcher(line)
    this.#options.onLine?.(this.name, line)
  }

  #tail(): string {
    return this.logs
      .slice(-20)
      .map((line) => (line.event === 'output' ? String(line.text) : JSON.stringify(line)))
      .join('\n')
  }
}

/** Our environment without options of the server: only the file and what the test gives count. */
function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HELIOGRAPH_')))
}
