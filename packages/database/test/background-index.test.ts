import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { buildIndex, dropIndex } from '../src/index.ts'
import { TestServer } from './server.ts'

const own = await TestServer.start()
const db = await own.connect('builder')
const { signal } = new AbortController()
const index = { name: 'words_text', sql: 'CREATE UNIQUE INDEX CONCURRENTLY words_text ON words (text)', signal }
await db.query('make', 'CREATE TABLE words (text text)')

/** Resolves when a statement that begins like this runs. Who asked by taking the lock could keep out whom he waits for. */
async function underWay(statement: string): Promise<void> {
  const sql = `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND starts_with(query, $1)`
  while ((await db.query('under_way', sql, [statement])).rows.length === 0) await sleep(10)
}

test('an index is built once, and removed once', async () => {
  assert.equal(await buildIndex(db, index), 'done')
  assert.equal(await buildIndex(db, index), 'there')
  assert.equal(await dropIndex(db, index), 'done')
  assert.equal(await dropIndex(db, index), 'there')
})

test('what an attempt that failed left is built anew', async () => {
  await db.query('twice', "INSERT INTO words VALUES ('twice'), ('twice')")
  await assert.rejects(buildIndex(db, index), /could not create unique index/)
  await db.query('clear', 'DELETE FROM words')
  assert.equal(await buildIndex(db, index), 'done')
})

test('while another is at it nobody waits, and neither do those who write', async () => {
  const writer = new pg.Client({ connectionString: db.url })
  await writer.connect()
  await writer.query('BEGIN')
  await writer.query("INSERT INTO words VALUES ('open')")
  const other = { ...index, name: 'words_again', sql: 'CREATE INDEX CONCURRENTLY words_again ON words (text)' }
  const building = buildIndex(db, other)
  await underWay(other.sql)
  assert.equal(await dropIndex(db, { name: 'words_none', signal }), 'elsewhere')
  await db.query('write', "INSERT INTO words VALUES ('meanwhile')")
  await writer.query('COMMIT')
  await writer.end()
  assert.equal(await building, 'done')
})

test('an attempt can be ended', async () => {
  const stop = new AbortController()
  const writer = new pg.Client({ connectionString: db.url })
  await writer.connect()
  await writer.query('BEGIN')
  await writer.query("INSERT INTO words VALUES ('held')")
  const sql = 'CREATE INDEX CONCURRENTLY words_ended ON words (text)'
  const building = buildIndex(db, { name: 'words_ended', sql, signal: stop.signal })
  await underWay(sql)
  stop.abort()
  await assert.rejects(building)
  await writer.query('COMMIT')
  await writer.end()
})
