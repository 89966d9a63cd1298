import { type ArrayType, binaryArray } from './binary-array.ts'

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

/**
 * Inserts any number of rows, one array a column; guarded by parameter 1. Fails when a key is taken: to expect that of every batch
 * (`ON CONFLICT`, `RETURNING`) costs Postgres a third more.
 */
export function insertSql<R>(spec: BatchTable<R>): string {
  const values = spec.columns.map(({ type }, i) => `unnest($${i + 2}::${type}[])`).join(',')
  return `INSERT INTO ${spec.table} (${namesOf(spec)}) SELECT ${values} WHERE (SELECT write_guard($1))`
}

/** The same for rows of which some may be there: leaves those out, and answers the keys of the others. */
export function insertMissingSql<R>(spec: BatchTable<R>): string {
  return `${insertSql(spec)} ON CONFLICT DO NOTHING RETURNING ${spec.key.join(',')}`
}

export function insertParams<R>(spec: BatchTable<R>, instance: string, rows: readonly R[]): unknown[] {
  return [instance, ...spec.columns.map(({ type, value }) => binaryArray(type, rows.map(value)))]
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

function namesOf<R>({ columns }: BatchTable<R>): string {
  return columns.map(({ name }) => name).join(',')
}

function columnOf<R>(spec: BatchTable<R>, name: string): BatchColumn<R> {
  const column = spec.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new TypeError(`key column ${name} of ${spec.table} is not among its columns`)
  return column
}
