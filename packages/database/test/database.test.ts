import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { binaryArray } from '../src/binary-array.ts'
import { connectDatabase, FencedError, isUnavailable, migrate } from '../src/index.ts'
import { TestServer } from './server.ts'

const own = await TestServer.start()
const users = { id: '0100_users', sql: 'CREATE TABLE users (name text PRIMARY KEY, age int)' }
const insert = (name: string) => ['insert_user', 'INSERT INTO users (name) VALUES ($1) RETURNING name', [name]] as const

test('migrations run once although several instances start together', async () => {
  const dbs = await Promise.all(['m1', 'm2', 'm3'].map((instance) => own.connect(instance)))
  const applied = await Promise.all(dbs.map((db) => migrate(db, [users])))
  assert.deepEqual(applied.flat().sort(), ['0000_fencing', '0100_users'])
  await assert.rejects(migrate(dbs[0]!, [{ ...users, sql: `${users.sql} ` }]), /edited/)
})

test('a failed migration leaves nothing behind and names itself', async () => {
  const db = await own.connect('m4')
  const broken = { id: '0200_broken', sql: 'CREATE TABLE half (a int); SELECT nonsense()' }
  await assert.rejects(migrate(db, [users, broken]), /0200_broken/)
  const found = await db.query('half', `SELECT to_regclass('half') AS oid`)
  assert.equal(found.rows[0]?.oid, null)
})

test('a transaction commits what it resolves with, and rolls back what throws', async () => {
  const db = await own.connect('t1')
  assert.equal(await db.transaction(async (tx) => (await tx.query(...insert('kept'))).count), 1)
  const failing = db.transaction(async (tx) => {
    await tx.query(...insert('gone'))
    throw new Error('changed my mind')
  })
  await assert.rejects(failing, /changed my mind/)
  const swallowing = db.transaction(async (tx) => {
    await tx.query(...insert('gone'))
    await tx.query(...insert('kept')).catch(() => {})
  })
  await assert.rejects(swallowing, /rolled back/)
  const found = await db.query('names', `SELECT name FROM users WHERE name IN ('kept', 'gone')`)
  assert.deepEqual(found.rows, [{ name: 'kept' }])
})

test('after a fence nothing is written in the name of the instance, until it has a new one', async () => {
  const fenced = await own.connect('f1')
  const other = await own.connect('f2')
  assert.equal((await fenced.fencedQuery(...insert('before'))).count, 1)
  await other.fence('f1')
  await other.fence('f1')
  await assert.rejects(fenced.fencedQuery(...insert('after')), (error) => {
    return error instanceof FencedError && error.instance === 'f1'
  })
  await assert.rejects(
    fenced.fencedQuery('nobody', `UPDATE users SET age = 1 WHERE name = 'nobody' RETURNING name`),
    FencedError,
  )
  await assert.rejects(
    fenced.fencedWrite(async () => 'reached'),
    FencedError,
  )
  fenced.setInstance('f1-2')
  assert.equal((await fenced.fencedQuery(...insert('again'))).count, 1)
})

test('a fence waits for a write under way', async () => {
  const writer = await own.connect('g1')
  const other = await own.connect('g2')
  const entered = Promise.withResolvers<void>()
  const write = writer.fencedWrite(async (tx) => {
    entered.resolve()
    await sleep(150)
    await tx.query(...insert('in time'))
  })
  await entered.promise
  await other.fence('g1')
  const found = await other.query('in_time', `SELECT 1 FROM users WHERE name = 'in time'`)
  assert.equal(found.count, 1)
  await write
})

test('a fence evicts a writer that is stuck in its transaction', async () => {
  const writer = await own.connect('h1')
  const other = await own.connect('h2')
  const entered = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const write = writer.fencedWrite(async (tx) => {
    await tx.query(...insert('stuck'))
    entered.resolve()
    await release.promise
  })
  await entered.promise
  await other.fence('h1')
  release.resolve()
  await assert.rejects(write, isUnavailable)
  const found = await other.query('stuck', `SELECT 1 FROM users WHERE name = 'stuck'`)
  assert.equal(found.count, 0)
})

test('calls made while the server is away wait for it, for a bounded time', async () => {
  const db = await own.connect('r1')
  const hasty = await connectDatabase({ url: own.server.url, instance: 'r2', waitMs: 200 })
  await own.server.stop()
  await assert.rejects(hasty.query('one', 'SELECT 1'), isUnavailable)
  await assert.rejects(hasty.ping(200))
  const patient = db.query('one', 'SELECT 1 AS one')
  await own.restart()
  assert.deepEqual((await patient).rows, [{ one: 1 }])
  await hasty.ping()
  await hasty.close()
})

test('statements end at their time-out and leave the connection usable', async () => {
  const db = await connectDatabase({ url: own.server.url, instance: 's1', statementTimeoutMs: 100, poolSize: 1 })
  await assert.rejects(db.query('slow', 'SELECT pg_sleep(5)'), isUnavailable)
  assert.equal((await db.query('one', 'SELECT 1')).count, 1)
  await db.close()
})

test('a wrong statement is not unavailability', async () => {
  const db = await own.connect('e1')
  await assert.rejects(db.query('wrong', 'SELECT nothing FROM nowhere'), (error) => !isUnavailable(error))
})

test('columns come in as binary arrays, as they are', async () => {
  const db = await own.connect('a1')
  const texts = ['', 'plain', 'Zoë "quoted", {braced} \\', null]
  const numbers = [0, -1, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
  const [bytes, flags] = [texts.map((text) => text && Buffer.from(text)), [true, false, null, true]]
  const sql = 'SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[]) AS given (a, b, c, d)'
  const params = [binaryArray('text', texts), binaryArray('text', bytes), binaryArray('bigint', numbers)]
  const { rows } = await db.query('arrays', sql, [...params, binaryArray('boolean', flags)])
  const expected = texts.map((text, at) => ({ a: text, b: text, c: String(numbers[at]), d: flags[at] }))
  assert.deepEqual(rows, expected)
})
