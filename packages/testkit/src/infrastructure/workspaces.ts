import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { BackingServer } from './server.ts'

/** Databases and key prefixes that one test has for itself. */
export class Workspaces {
  readonly #postgres: BackingServer
  readonly #databases: string[] = []

  constructor(postgres: BackingServer) {
    this.#postgres = postgres
  }

  async createDatabase(): Promise<string> {
    const name = `test_${randomBytes(6).toString('hex')}`
    await this.#run(`CREATE DATABASE ${name}`)
    this.#databases.push(name)
    const url = new URL(this.#postgres.url)
    url.pathname = `/${name}`
    return url.href
  }

  prefix(): string {
    return `test-${randomBytes(6).toString('hex')}:`
  }

  async drop(): Promise<void> {
    // A server of our own goes away as a whole.
    if (this.#postgres.ours) return
    for (const name of this.#databases.splice(0)) await this.#run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }

  async #run(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#postgres.url })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
}
