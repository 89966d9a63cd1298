import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type BatchTable,
  existingParams,
  existingSql,
  insertMissingSql,
  insertParams,
  insertSql,
  keyOfRecord,
  keyOfRow,
} from './batch-sql.ts'
import { binaryArray } from './binary-array.ts'

interface Item {
  readonly owner: string
  readonly id: number
}

const spec: BatchTable<Item> = {
  table: 'items',
  columns: [
    { name: 'owner', type: 'text', value: (item) => item.owner },
    { name: 'id', type: 'bigint', value: (item) => item.id },
  ],
  key: ['owner', 'id'],
}

test('parameters are the guard and a column each', () => {
  for (const sql of [insertSql(spec), insertMissingSql(spec)]) {
    assert.match(sql, /write_guard\(\$1\)/)
    assert.match(sql, /unnest\(\$2::text\[\]\),unnest\(\$3::bigint\[\]\)/)
  }
  const [instance, owners, ids] = insertParams(spec, 'me', [{ owner: 'a', id: 1 }])
  assert.equal(instance, 'me')
  assert.deepEqual([owners, ids], [binaryArray('text', ['a']), binaryArray('bigint', [1])])
})

test('keys of rows and of records compare equal', () => {
  assert.equal(keyOfRow(spec, { owner: 'a', id: 7 }), keyOfRecord(spec, { owner: 'a', id: '7' }))
})

test('existing rows are looked up by arrays of the key columns', () => {
  assert.match(existingSql(spec), /unnest\(\$1::text\[\],\$2::bigint\[\]\)/)
  const arrays = [binaryArray('text', ['a']), binaryArray('bigint', [1])]
  assert.deepEqual(existingParams(spec, [{ owner: 'a', id: 1 }]), arrays)
})

test('a key outside the columns is a mistake of the caller', () => {
  assert.throws(() => keyOfRow({ ...spec, key: ['nick'] }, { owner: 'a', id: 1 }), TypeError)
})
