import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BatchResult, BatchWriter, type Database, migrate } from '../src/index.ts'
import { TestServer } from './server.ts'

interface Line {
  readonly id: number
  readonly key: string
  readonly text: string
}

const own = await TestServer.start()
const table = 'CREATE TABLE lines (id bigint PRIMARY KEY, key text NOT NULL UNIQUE, text text NOT NULL)'
const admin = await own.connect('admin')
await migrate(admin, [{ id: '0100_lines', sql: table }])

function writerOf(db: Database, bounds: { maxRows?: number; onFenced?: () => void } = {}): BatchWriter<Line> {
  return new BatchWriter<Line>({
    db,
    table: 'lines',
    columns: [
      { name: 'id', type: 'bigint', value: (line) => line.id },
      { name: 'key', type: 'text', value: (line) => line.key },
      { name: 'text', type: 'text', value: (line) => line.text },
    ],
    key: ['key'],
    existing: ['id'],
    size: (line) => line.text.length,
    ...bounds,
  })
}

function adder(writer: BatchWriter<Line>): { results: BatchResult[]; add: (id: number, text?: string) => boolean } {
  const results: BatchResult[] = []
  return { results, add: (id, text = 'x') => writer.add({ id, key: `k${id}`, text }, (result) => results.push(result)) }
}

const stored = async (from: number, to: number): Promise<number> =>
  (await admin.query('stored', 'SELECT 1 FROM lines WHERE id BETWEEN $1 AND $2', [from, to])).count

test('rows of one turn are committed together, answered in order, and counted', async () => {
  const writer = writerOf(await own.connect('b1'))
  const { results, add } = adder(writer)
  for (let id = 1000; id < 1450; id += 1) assert.equal(add(id), true)
  assert.equal(writer.queued, 450)
  assert.equal(writer.bytes, 450)
  await writer.flush()
  assert.deepEqual(new Set(results.map((result) => result.kind)), new Set(['stored']))
  assert.deepEqual(
    [writer.batches, writer.committedRows, writer.queued, writer.bytes, writer.oldestAgeMs],
    [2, 450, 0, 0, 0],
  )
  assert.equal(await stored(1000, 1449), 450)
})

test('a row that follows from another in the next turn shares its commit', async () => {
  const writer = writerOf(await own.connect('b7'))
  const { results, add } = adder(writer)
  setImmediate(() => add(7001))
  add(7000)
  await writer.flush()
  assert.deepEqual([results.length, writer.batches], [2, 1])
})

test('a duplicate is told which row was there, in the same batch or an earlier one', async () => {
  const writer = writerOf(await own.connect('b2'))
  const { results, add } = adder(writer)
  add(2000)
  await writer.flush()
  writer.add({ id: 2001, key: 'k2000', text: 'again' }, (result) => results.push(result))
  add(2002)
  writer.add({ id: 2003, key: 'k2002', text: 'again' }, (result) => results.push(result))
  await writer.flush()
  assert.deepEqual(results, [
    { kind: 'stored' },
    { kind: 'duplicate', existing: { key: 'k2000', id: '2000' } },
    { kind: 'stored' },
    { kind: 'duplicate', existing: { key: 'k2002', id: '2002' } },
  ])
})

test('one row that the database refuses costs the others nothing', async () => {
  const writer = writerOf(await own.connect('b3'))
  const { results, add } = adder(writer)
  for (let id = 3000; id < 3020; id += 1) add(id, id === 3007 ? 'nul \0' : 'fine')
  await writer.flush()
  assert.deepEqual(
    results.map((result) => result.kind === 'failed'),
    Array.from({ length: 20 }, (_, i) => i === 7),
  )
  assert.equal(await stored(3000, 3019), 19)
})

test('when full it refuses, and takes rows again once there is room', async () => {
  const writer = writerOf(await own.connect('b4'), { maxRows: 2 })
  const { add } = adder(writer)
  assert.deepEqual([add(4000), add(4001), add(4002)], [true, true, false])
  await writer.flush()
  assert.equal(add(4002), true)
  await writer.close()
  assert.equal(add(4003), false)
  assert.equal(await stored(4000, 4009), 3)
})

test('rows are kept, in order, while the server is away', async () => {
  const writer = writerOf(await own.connect('b5'))
  const { results, add } = adder(writer)
  add(5000)
  await writer.flush()
  await own.server.stop()
  for (let id = 5001; id < 5300; id += 1) add(id)
  await own.restart()
  await writer.flush()
  assert.equal(results.length, 300)
  assert.equal(results.filter((result) => result.kind === 'failed').length, 0)
  assert.equal(await stored(5000, 5299), 300)
})

test('a fenced instance is told once; its rows are refused, those of its next incarnation written', async () => {
  const db = await own.connect('b6')
  let told = 0
  const writer = writerOf(db, { onFenced: () => told++ })
  const { results, add } = adder(writer)
  await admin.fence('b6')
  add(6000)
  add(6001)
  db.setInstance('b6-2')
  add(6002)
  await writer.flush()
  assert.deepEqual(
    results.map((result) => result.kind),
    ['fenced', 'fenced', 'stored'],
  )
  assert.equal(told, 1)
  assert.equal(await stored(6000, 6009), 1)
})
