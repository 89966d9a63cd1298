import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { keepSearchIndex } from '@heliograph/archive'
import { connectDatabase, type Database, type Migration, migrate } from '@heliograph/database'
import { silentTelemetry } from '@heliograph/telemetry'
import { infrastructure } from '@heliograph/testkit'
import { sessionMigrations } from '../src/migrations.ts'

const servers = await infrastructure()
after(() => servers.close())

const isPartitioning = ({ id }: Migration) => id === '0129_archive_partitions'

async function fresh(migrations: readonly Migration[]): Promise<Database> {
  const db = await connectDatabase({ url: await servers.createDatabase(), instance: 'one', poolSize: 2 })
  await migrate(db, migrations)
  return db
}

async function searchIndexes(db: Database, wanted: boolean): Promise<number> {
  await keepSearchIndex(db, { wanted, log: silentTelemetry().log, signal: new AbortController().signal })
  const sql = `SELECT count(*) AS count FROM pg_index WHERE indisvalid AND indexrelid::regclass::text LIKE 'archive_words%'`
  return Number((await db.query<{ count: string }>('indexes', sql)).rows[0]!.count)
}

async function script(db: Database, sql: string): Promise<void> {
  const statements = sql.split(';').map((each) => each.trim())
  for (const each of statements) if (!/^(BEGIN|COMMIT|)$/.test(each)) await db.query(each.slice(0, 60), each)
}

async function addRow(db: Database, owner: string): Promise<string> {
  await db.query(
    'add',
    `INSERT INTO archive (owner, id, peer, outgoing, offline, stream, ingress, stanza)
     VALUES ($1, 1, 'peer@b', false, false, '', 0, '')`,
    [owner],
  )
  const sql = 'SELECT tableoid::regclass::text AS at FROM archive WHERE owner = $1'
  return (await db.query<{ at: string }>('where', sql, [owner])).rows[0]!.at
}

test('a new archive has partitions, each owner is in one of them, and each has its index of words', async () => {
  const db = await fresh(sessionMigrations)
  const tables = new Set<string>()
  for (let n = 0; n < 200; n++) tables.add(await addRow(db, `user${n}@example.org`))
  assert.equal(tables.size, 16)
  assert.deepEqual([await searchIndexes(db, true), await searchIndexes(db, false)], [16, 0])
  await db.close()
})

test('an archive that has rows already stays one table, and all of it works there', async () => {
  const db = await fresh(sessionMigrations.slice(0, sessionMigrations.findIndex(isPartitioning)))
  await addRow(db, 'old@example.org')
  await migrate(db, sessionMigrations)
  assert.equal(await addRow(db, 'new@example.org'), 'archive')
  assert.deepEqual([await searchIndexes(db, true), await searchIndexes(db, false)], [1, 0])
  await db.close()
})

test('such an archive is divided as the page about size says', async () => {
  const db = await fresh(sessionMigrations.slice(0, sessionMigrations.findIndex(isPartitioning)))
  await addRow(db, 'old@example.org')
  await migrate(db, sessionMigrations)
  const page = await readFile(new URL('../../../docs/operations/size.md', import.meta.url), 'utf8')
  const [before, after] = [...page.matchAll(/(?:^ {4}.*\n)+/gm)].map(([block]) => block)
  await script(db, before!)
  await migrate(db, sessionMigrations)
  await script(db, after!)
  const { rows } = await db.query<{ at: string }>('at', 'SELECT tableoid::regclass::text AS at FROM archive')
  assert.match(rows.map(({ at }) => at).join(), /^archive_\d+$/)
  await db.close()
})
