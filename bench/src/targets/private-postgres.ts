import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { freePort } from '@heliograph/testkit'
import { type Child, identityOf, run } from './child.ts'
import type { Workspace } from './workspace.ts'

/** Finds a Postgres program on PATH or where Debian keeps it; throws when there is none. */
function findProgram(name: string): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []
  const path = (process.env.PATH ?? '').split(delimiter)
  const found = [...versions, ...path].map((directory) => join(directory, name)).find((file) => existsSync(file))
  if (found === undefined) throw new Error(`${name} not found: install postgresql`)
  return found
}

/** A Postgres of our own on a free loopback port, durable as in production (fsync and synchronous commit on). */
export class PrivatePostgres implements AsyncDisposable {
  readonly port: number
  readonly #child: Child

  private constructor(child: Child, port: number) {
    this.#child = child
    this.port = port
  }

  get pid(): number {
    return this.#child.pid
  }

  /** Starts it on a data directory of the workspace, which is set up when new, and makes the databases. */
  static async start(
    workspace: Workspace,
    name: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<PrivatePostgres> {
    const identity = identityOf('postgres')
    const home = await workspace.directory(name, identity)
    const data = join(home, 'data')
    const options = { identity, cwd: home }
    if (!existsSync(join(data, 'PG_VERSION'))) {
      await run(findProgram('initdb'), ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C'], options)
    }
    const port = await freePort()
    const given = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
    const child = workspace.spawn({
      command: findProgram('postgres'),
      args: ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', home, ...given],
      logFile: join(home, 'postgres.log'),
      ...options,
    })
    await child.listening(port)
    const postgres = new PrivatePostgres(child, port)
    await postgres.#accepting()
    return postgres
  }

  /** Runs one SQL text or file in a database as its owner. */
  async sql(database: string, args: readonly string[]): Promise<string> {
    const address = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'bench', '-d', database]
    return run(findProgram('psql'), ['-qAtX', '-v', 'ON_ERROR_STOP=1', ...address, ...args])
  }

  /** Makes a database; true when it is new. */
  async createDatabase(database: string): Promise<boolean> {
    const known = await this.sql('postgres', ['-c', `select 1 from pg_database where datname = '${database}'`])
    if (known.trim() === '1') return false
    await this.sql('postgres', ['-c', `create database ${database}`])
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stop('SIGINT') // fast shutdown: sessions are cut, data is flushed
  }

  async #accepting(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.sql('postgres', ['-c', 'select 1'])
        return
      } catch (error) {
        if (attempt >= 50) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }
}
