/** Column types that {@link binaryArray} encodes. */
export type ArrayType = 'bigint' | 'boolean' | 'text'

/** Object ids of the element types, fixed in every Postgres (pg_type.dat). */
const OIDS: Readonly<Record<ArrayType, number>> = { bigint: 20, boolean: 16, text: 25 }
const HEAD = 20
const NULL_LENGTH = -1
/** UTF-8 takes no more than this for a UTF-16 unit. */
const MOST_BYTES = 3

/**
 * An array parameter in Postgres' binary format: a column of many rows costs one parameter, and nothing is quoted or parsed as text.
 * A `text` may be given as its UTF-8 bytes.
 */
export function binaryArray(type: ArrayType, values: readonly unknown[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.reduce<number>((size, value) => size + 4 + mostBytes(value), HEAD))
  bytes.writeInt32BE(1, 0) // dimensions
  bytes.writeInt32BE(values.includes(null) ? 1 : 0, 4)
  bytes.writeInt32BE(OIDS[type], 8)
  bytes.writeInt32BE(values.length, 12)
  bytes.writeInt32BE(1, 16) // index of the first element
  let at = HEAD
  for (const value of values) {
    const length = value === null ? NULL_LENGTH : write(bytes, at + 4, value)
    bytes.writeInt32BE(length, at)
    at += 4 + Math.max(length, 0)
  }
  return bytes.subarray(0, at)
}

/** Room that is enough: to count a string's bytes would cost as much as to write them. */
function mostBytes(value: unknown): number {
  if (value === null) return 0
  if (typeof value === 'string') return value.length * MOST_BYTES
  return typeof value === 'object' ? (value as Uint8Array).length : 8
}

/** @returns the bytes written */
function write(bytes: Buffer, at: number, value: unknown): number {
  if (typeof value === 'string') return bytes.utf8Write(value, at)
  if (typeof value === 'boolean') {
    bytes[at] = value ? 1 : 0
    return 1
  }
  if (typeof value === 'number') {
    const high = Math.floor(value / 0x1_0000_0000)
    bytes.writeInt32BE(high, at)
    bytes.writeUInt32BE(value - high * 0x1_0000_0000, at + 4)
    return 8
  }
  bytes.set(value as Uint8Array, at)
  return (value as Uint8Array).length
}
