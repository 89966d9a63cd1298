import pg from 'pg'
import type { Database } from './database.ts'

/** `there`: nothing was to be done. `elsewhere`: another instance is at it. */
export type IndexOutcome = 'done' | 'there' | 'elsewhere'

const LOCK_KEY = '7236843951017202'

/**
 * Builds an index while rows are written: `sql` is a `CREATE INDEX CONCURRENTLY name …`, which no migration can hold, because it must not run in
 * a transaction. What an earlier attempt left unfinished is removed first.
 * @throws when it fails; also when `signal` ends it, and then Postgres may go on with it
 */
export function buildIndex(
  db: Database,
  { name, sql, signal }: { readonly name: string; readonly sql: string; readonly signal: AbortSignal },
): Promise<IndexOutcome> {
  return alone(db, signal, async (client) => {
    const state = await stateOf(client, name)
    if (state === 'valid') return 'there'
    if (state === 'unfinished') await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
    await client.query(sql)
    return 'done'
  })
}

/** Removes an index while rows are written. */
export function dropIndex(
  db: Database,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<IndexOutcome> {
  return alone(db, signal, async (client) => {
    if ((await stateOf(client, name)) === 'none') return 'there'
    await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
    return 'done'
  })
}

async function stateOf(client: pg.Client, name: string): Promise<'valid' | 'unfinished' | 'none'> {
  const sql = 'SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)'
  const { rows } = await client.query<{ valid: boolean }>(sql, [name])
  if (rows[0] === undefined) return 'none'
  return rows[0].valid ? 'valid' : 'unfinished'
}

/** On a connection of its own, which may take its time. Nobody waits for the lock: a query that waits would be waited for by what has it. */
async function alone(
  db: Database,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<IndexOutcome>,
): Promise<IndexOutcome> {
  const client = new pg.Client({ connectionString: db.url, application_name: `heliograph index ${db.instance}` })
  client.on('error', () => {}) // a lost connection shows up in the statement that runs on it
  let ended: Promise<void> | undefined
  const end = () => {
    ended ??= client.end().catch(() => {})
    return ended
  }
  await client.connect()
  signal.addEventListener('abort', end)
  try {
    await client.query('SET statement_timeout = 0')
    const { rows } = await client.query<{ mine: boolean }>(`SELECT pg_try_advisory_lock(${LOCK_KEY}) AS mine`)
    return rows[0]?.mine ? await work(client) : 'elsewhere'
  } finally {
    signal.removeEventListener('abort', end)
    await end() // releases the lock
  }
}
