import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { connectDatabase } from '@heliograph/database'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { infrastructure } from '../src/index.ts'

const own = await infrastructure({ own: true })
after(() => own.close())

test('the servers are real, and come back on the same address', async () => {
  for (const act of ['kill', 'stop'] as const) {
    await Promise.all([own.nats[act](), own.redis[act](), own.postgres[act]()])
    await Promise.all([own.nats.start(), own.redis.start(), own.postgres.start()])
  }
  const nats = await connect({ servers: own.nats.url })
  await nats.flush()
  await nats.close()
  const redis = new Redis(own.redis.url)
  assert.equal(await redis.set('a', 'b'), 'OK')
  await redis.quit()
})

test('Postgres keeps its data over a kill, each database is empty at first', async () => {
  const [one, two] = await Promise.all([own.createDatabase(), own.createDatabase()])
  const db = await connectDatabase({ url: one, instance: 'a' })
  await db.query('create', 'CREATE TABLE kept AS SELECT 1 AS a')
  await own.postgres.kill()
  await own.postgres.start()
  assert.equal((await db.query('kept', 'SELECT a FROM kept')).count, 1)
  await db.close()
  const other = await connectDatabase({ url: two, instance: 'a' })
  await assert.rejects(other.query('kept', 'SELECT a FROM kept'), /does not exist/)
  await other.close()
})

test('a paused server answers nothing until it is resumed', async () => {
  const db = await connectDatabase({ url: own.postgres.url, instance: 'a' })
  await own.postgres.pause()
  await assert.rejects(db.ping(200))
  await own.postgres.resume()
  await db.ping()
  await db.close()
})

test('addresses in the environment are used, and those servers left alone', async () => {
  const saved = { ...process.env }
  Object.assign(process.env, own.env())
  const borrowed = await infrastructure()
  process.env = saved
  assert.equal(borrowed.redis.url, own.redis.url)
  await assert.rejects(async () => borrowed.redis.kill(), /not ours/)
  const url = await borrowed.createDatabase()
  await borrowed.close()
  await assert.rejects(connectDatabase({ url, instance: 'a' }), /does not exist/)
})
