import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type BatchTable,
  existingParams,
  existingSql,
  insertParams,
  insertSql,
  keyOfRecord,
  keyOfRow,
  statementSize,
} from './batch-sql.ts'

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

test('a batch takes the smallest statement that holds it', () => {
  assert.deepEqual([1, 2, 4, 5, 16, 17, 65, 200].map(statementSize), [1, 4, 4, 16, 16, 64, 200, 200])
})

test('parameters number the guard first, then the rows', () => {
  const sql = insertSql(spec, 2)
  assert.match(sql, /write_guard\(\$1\)/)
  assert.match(sql, /VALUES \(\$2::text,\$3::bigint\),\(\$4,\$5\)/)
})

test('unused places are null', () => {
  assert.deepEqual(insertParams(spec, 'me', [{ owner: 'a', id: 1 }], 2), ['me', 'a', 1, null, null])
})

test('keys of rows and of records compare equal', () => {
  assert.equal(keyOfRow(spec, { owner: 'a', id: 7 }), keyOfRecord(spec, { owner: 'a', id: '7' }))
})

test('existing rows are looked up by arrays of the key columns', () => {
  assert.match(existingSql(spec), /unnest\(\$1::text\[\],\$2::bigint\[\]\)/)
  assert.deepEqual(existingParams(spec, [{ owner: 'a', id: 1 }]), [['a'], [1]])
})

test('a key outside the columns is a mistake of the caller', () => {
  assert.throws(() => keyOfRow({ ...spec, key: ['nick'] }, { owner: 'a', id: 1 }), TypeError)
})
