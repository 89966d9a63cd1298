import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import { connectDatabase, type Database, type EmbeddedPostgres, startEmbeddedPostgres } from '../src/index.ts'

/** A private server for one test file, from the binaries that this package ships with; gone after the file's tests. */
export class TestServer {
  readonly dataDir: string
  server!: EmbeddedPostgres
  readonly #open: Database[] = []

  constructor(dataDir: string) {
    this.dataDir = dataDir
  }

  static async start(): Promise<TestServer> {
    const own = new TestServer(join(await mkdtemp(join(tmpdir(), 'hg-db-')), 'pg'))
    await own.restart()
    after(() => own.#remove())
    return own
  }

  /** Starts the server, on the same address each time. */
  async restart(): Promise<void> {
    this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, settings: { fsync: 'off' } })
  }

  async connect(instance: string): Promise<Database> {
    const db = await connectDatabase({ url: this.server.url, instance, poolSize: 4 })
    this.#open.push(db)
    return db
  }

  async #remove(): Promise<void> {
    for (const db of this.#open) await db.close()
    await this.server.stop()
    await rm(dirname(this.dataDir), { recursive: true, force: true })
  }
}
