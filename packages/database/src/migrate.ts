import { createHash } from 'node:crypto'
import { OperatorError } from '@heliograph/telemetry'
import pg from 'pg'
import type { Database } from './database.ts'
import { fencingMigration } from './fencing.ts'

/**
 * One step of the schema. Steps are applied in order, once, each in its own transaction, and never edited after they
 * have been released.
 *
 * Write them so that the version before this one keeps running (expand only): add tables, nullable columns or columns
 * with defaults, and indexes; never rename, drop, or tighten in the release that stops using a thing: do that one
 * release later.
 */
export interface Migration {
  /** Sortable and unique, e.g. `0100_accounts`. */
  readonly id: string
  readonly sql: string
}

const LOCK_KEY = '7236843951017201'
const LOCK_TIMEOUT = '60s'

const TABLE_SQL = `CREATE TABLE IF NOT EXISTS schema_migrations (
  id text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`

/**
 * Applies the migrations that are not yet in `schema_migrations`, in the order given, and returns their ids. Several
 * instances may call it at once: an advisory lock lets one work while the others wait (60 s at most).
 * @throws OperatorError when the database isn't in UTF-8; when a step fails (it is rolled back, earlier ones stay) or when an applied step was edited.
 */
export async function migrate(db: Database, migrations: readonly Migration[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: db.url, application_name: `heliograph migrate ${db.instance}` })
  client.on('error', () => {}) // a lost connection shows up in the statement that runs on it
  await client.connect()
  try {
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`)
    await client.query(`SELECT pg_advisory_lock(${LOCK_KEY})`)
    await mustBeUnicode(client)
    await client.query(TABLE_SQL)
    return await applyMissing(client, [fencingMigration, ...migrations])
  } finally {
    await client.end() // releases the lock
  }
}

/** Names are compared as Unicode says: in any other encoding that is found out when the first account is made. */
async function mustBeUnicode(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(`SELECT current_setting('server_encoding') AS encoding`)
  const encoding = rows[0]?.encoding
  if (encoding !== 'UTF8')
    throw new OperatorError(
      `the database's encoding is ${encoding} and must be UTF8 (CREATE DATABASE … ENCODING 'UTF8')`,
    )
}

async function applyMissing(client: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  const found = await client.query<{ id: string; checksum: string }>('SELECT id, checksum FROM schema_migrations')
  const applied = new Map(found.rows.map((row) => [row.id, row.checksum]))
  const done: string[] = []
  for (const migration of migrations) {
    const checksum = createHash('sha256').update(migration.sql).digest('hex')
    const known = applied.get(migration.id)
    if (known !== undefined && known !== checksum)
      throw new Error(`migration ${migration.id} was edited after it had been applied to this database`)
    if (known !== undefined) continue
    await applyOne(client, migration, checksum)
    applied.set(migration.id, checksum)
    done.push(migration.id)
  }
  return done
}

async function applyOne(client: pg.Client, migration: Migration, checksum: string): Promise<void> {
  try {
    await client.query('BEGIN')
    await client.query(migration.sql)
    await client.query('INSERT INTO schema_migrations (id, checksum) VALUES ($1, $2)', [migration.id, checksum])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}) // the first error is the one to report
    throw new Error(`migration ${migration.id} failed`, { cause: error })
  }
}
