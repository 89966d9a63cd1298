import { readFileSync } from 'node:fs'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@heliograph/database'
import type { BackingServer } from './server.ts'

/** Settings for tests: as many connections as a cluster of processes wants; losing power may lose the data. */
const SETTINGS = { fsync: 'off', max_connections: '200' }

/** A private Postgres on a directory, from this machine's binaries or those from npm. */
export class LocalPostgres implements BackingServer {
  readonly kind = 'postgres'
  readonly origin: string
  readonly ours = true
  readonly #dataDir: string
  readonly #binDir: string | undefined
  #server: EmbeddedPostgres | undefined

  constructor(dataDir: string, binDir: string | undefined) {
    this.#dataDir = dataDir
    this.#binDir = binDir
    this.origin = binDir ?? 'binaries from npm'
  }

  get url(): string {
    if (this.#server === undefined) throw new Error('Postgres has not been started')
    return this.#server.url
  }

  async start(): Promise<void> {
    const binDir = this.#binDir === undefined ? {} : { binDir: this.#binDir }
    this.#server = await startEmbeddedPostgres({ dataDir: this.#dataDir, settings: SETTINGS, ...binDir })
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }

  async kill(): Promise<void> {
    this.#server?.kill('SIGKILL')
    await this.#server?.ended
  }

  /** Freezes the postmaster and (Linux) the processes that serve connections. */
  async pause(): Promise<void> {
    this.#signalAll('SIGSTOP')
  }

  async resume(): Promise<void> {
    this.#signalAll('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resume()
    await this.stop()
  }

  #signalAll(signal: NodeJS.Signals): void {
    const pid = this.#server?.pid
    if (!pid) return
    this.#server?.kill(signal)
    for (const child of childrenOf(pid)) signalIfThere(child, signal)
  }
}

/** A backend may end between being listed and being signalled. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return [] // it has ended, or this is not Linux
  }
}
