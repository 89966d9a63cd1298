import { guarded } from './fencing.ts'

/** A column of a batched insert. */
export interface BatchColumn<R> {
  readonly name: string
  /** The column's SQL type, e.g. `text`, `bytea`, `timestamptz`. */
  readonly type: string
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

/** Rows a statement: a batch takes the smallest that holds it, so that a connection prepares few statements. */
const SIZES = [1, 4, 16, 64, 200] as const
export const MAX_BATCH = 200

export function statementSize(rows: number): number {
  return SIZES.find((size) => size >= rows) ?? MAX_BATCH
}

/**
 * One multi-row insert of `size` rows, guarded by parameter 1; unused places are null and left out. It returns the
 * keys of the rows that it inserted.
 */
export function insertSql<R>(spec: BatchTable<R>, size: number): string {
  const width = spec.columns.length
  const tuples = Array.from({ length: size }, (_, row) => {
    const places = spec.columns.map((column, i) => `$${row * width + i + 2}${row === 0 ? `::${column.type}` : ''}`)
    return `(${places.join(',')})`
  })
  const names = spec.columns.map((column) => column.name).join(',')
  return guarded(
    `INSERT INTO ${spec.table} (${names})
     SELECT ${names} FROM (VALUES ${tuples.join(',')}) AS batch (${names}) WHERE ${spec.key[0]} IS NOT NULL
     ON CONFLICT DO NOTHING RETURNING ${spec.key.join(',')}`,
    1,
  )
}

export function insertParams<R>(spec: BatchTable<R>, instance: string, rows: readonly R[], size: number): unknown[] {
  const params: unknown[] = [instance]
  for (const row of rows) for (const column of spec.columns) params.push(column.value(row))
  while (params.length < 1 + size * spec.columns.length) params.push(null)
  return params
}

/** Reads the rows that hold the keys given, one array a key column. */
export function existingSql<R>(spec: BatchTable<R>): string {
  const arrays = spec.key.map((name, i) => `$${i + 1}::${columnOf(spec, name).type}[]`)
  const wanted = [...new Set([...spec.key, ...(spec.existing ?? [])])]
  return `SELECT ${wanted.join(',')} FROM ${spec.table}
    WHERE (${spec.key.join(',')}) IN (SELECT * FROM unnest(${arrays.join(',')}))`
}

export function existingParams<R>(spec: BatchTable<R>, rows: readonly R[]): unknown[] {
  return spec.key.map((name) => rows.map((row) => columnOf(spec, name).value(row)))
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
