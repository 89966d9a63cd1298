import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectDatabase, type Database, FencedError, migrate } from '@heliograph/database'
import { infrastructure } from '@heliograph/testkit'
import { eventMigrations, Outbox, putEvents } from '../src/index.ts'

const servers = await infrastructure()
let db: Database
let other: Database
let outbox: Outbox
before(async () => {
  const url = await servers.createDatabase()
  db = await connectDatabase({ url, instance: 'pubsub-1', poolSize: 2 })
  other = await connectDatabase({ url, instance: 'pubsub-2', poolSize: 1 })
  await migrate(db, eventMigrations)
  outbox = new Outbox(db)
})
after(async () => {
  await db.close()
  await other.close()
  await servers.close()
})

const event = (delivery: string, partition: number, body: string) => ({ delivery, partition, body })
const bodies = async (delivery: string, partitions: readonly number[], max = 100) =>
  (await outbox.oldest(delivery, partitions, max)).map(({ body }) => body)

test('events come out as they were written, by delivery and partition; those of what was rolled back were never there', async () => {
  const many = Array.from({ length: 12 }, (_, i) => event('hook', i % 2, `${i}`))
  await db.fencedWrite((tx) => putEvents(tx, [...many, event('bus', 1, 'x')]))
  const failing = db.fencedWrite(async (tx) => {
    await putEvents(tx, [event('hook', 1, 'never')])
    throw new Error('no')
  })
  await assert.rejects(failing)
  assert.deepEqual(
    await bodies('hook', [0, 1]),
    many.map(({ body }) => body),
  )
  assert.deepEqual(await bodies('hook', [1], 2), ['1', '3'])
  assert.deepEqual(await bodies('hook', []), [])
  assert.deepEqual(await bodies('bus', [0, 1]), ['x'])
  const [first, second] = await outbox.oldest('hook', [1], 2)
  await outbox.remove([first!.id])
  assert.equal(await outbox.bury([second!.id]), 1)
  assert.equal(await outbox.bury([second!.id]), 0)
  assert.deepEqual(await bodies('hook', [1], 1), ['5'])
  assert.deepEqual([await outbox.count('hook', 100), await outbox.count('hook', 4)], [10, 4])
})

test('what waits for too long is given up, and forgotten in the end', async () => {
  await db.query('age', "UPDATE event_outbox SET created_at = now() - interval '1 hour' WHERE delivery = 'bus'")
  assert.equal(await outbox.buryOld('bus', [0], 60), 0)
  assert.equal(await outbox.buryOld('bus', [1], 7_200), 0)
  assert.equal(await outbox.buryOld('bus', [1], 60), 1)
  const dead = async () => (await db.query('dead', 'SELECT 1 FROM event_outbox WHERE dead_at IS NOT NULL')).count
  assert.equal(await dead(), 2)
  await db.query('bury', "UPDATE event_outbox SET dead_at = now() - interval '8 days' WHERE delivery = 'bus'")
  await outbox.forgetDead()
  assert.equal(await dead(), 1)
})

test('an instance that was shut out removes nothing', async () => {
  const [waiting] = await outbox.oldest('hook', [0], 1)
  await other.fence('pubsub-1')
  await assert.rejects(outbox.remove([waiting!.id]), FencedError)
})
