import { type ArrayType, binaryArray } from './binary-array.ts'
import { guard } from './fencing.ts'

/** A column of a batched insert. */
export interface BatchColumn<R> {
  readonly name: string
  readonly type: ArrayType
  /** A `bigint` as a number, a `text` as a string or as UTF-8 bytes, or null. */
  readonly value: (row: R) => unknown
}

export interface BatchTable<R> {
  readonly table: string
  readonly columns: readonly BatchColumn<R>[]
  /** Columns (never null, compared as strings) under a unique constraint: a second row with the same key is a duplicate. */
  readonly key: readonly string[]
  /** Columns to read back from the row that was there first. */
  readonly existing?: readonly string[]
}

/** What an insert answers. */
export interface Inserted {
  readonly count: number
  /** The keys of the rows inserted, when they are fewer than given. */
  readonly keys: readonly (readonly string[])[] | null
}

/** Inserts any number of rows, one array a column; guarded by parameter 1, the number of rows is parameter 2. Answers {@link Inserted}. */
export function insertSql<R>(spec: BatchTable<R>): string {
  const names = spec.columns.map(({ name }) => name).join(',')
  const arrays = spec.columns.map(({ type }, i) => `$${i + 3}::${type}[]`).join(',')
  const keys = spec.key.map((name) => `${name}::text`).join(',')
  return `WITH ${guard(1)},
    written AS (
      INSERT INTO ${spec.table} (${names}) SELECT * FROM unnest(${arrays}) AS batch (${names})
      ON CONFLICT DO NOTHING RETURNING ${spec.key.join(',')}),
    counted AS (SELECT count(*)::int AS count FROM written WHERE (SELECT ok FROM guard))
    SELECT count, CASE WHEN count < $2::int THEN (SELECT jsonb_agg(jsonb_build_array(${keys})) FROM written) END AS keys
    FROM counted`
}

export function insertParams<R>(spec: BatchTable<R>, instance: string, rows: readonly R[]): unknown[] {
  return [instance, rows.length, ...spec.columns.map(({ type, value }) => binaryArray(type, rows.map(value)))]
}

/** Reads the rows that hold the keys given, one array a key column. */
export function existingSql<R>(spec: BatchTable<R>): string {
  const arrays = spec.key.map((name, i) => `$${i + 1}::${columnOf(spec, name).type}[]`)
  const wanted = [...new Set([...spec.key, ...(spec.existing ?? [])])]
  return `SELECT ${wanted.join(',')} FROM ${spec.table}
    WHERE (${spec.key.join(',')}) IN (SELECT * FROM unnest(${arrays.join(',')}))`
}

export function existingParams<R>(spec: BatchTable<R>, rows: readonly R[]): unknown[] {
  return spec.key.map((name) => {
    const { type, value } = columnOf(spec, name)
    return binaryArray(type, rows.map(value))
  })
}

/** A key as one string; NUL can't occur in a Postgres text. */
export function keyOfRow<R>(spec: BatchTable<R>, row: R): string {
  return spec.key.map((name) => String(columnOf(spec, name).value(row))).join('\0')
}

export function keyOfRecord<R>(spec: BatchTable<R>, record: Record<string, unknown>): string {
  return spec.key.map((name) => String(record[name])).join('\0')
}

function columnOf<R>(spec: BatchTable<R>, name: string): BatchColumn<R> {
  const column = spec.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new TypeError(`key column ${name} of ${spec.table} is not among its columns`)
  return column
}
