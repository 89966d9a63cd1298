/** Column types that {@link binaryArray} encodes. */
export type ArrayType = 'bigint' | 'boolean' | 'text'

/** Object ids of the element types, fixed in every Postgres (pg_type.dat). */
const OIDS: Readonly<Record<ArrayType, number>> = { bigint: 20, boolean: 16, text: 25 }
const HEAD = 20
const NULL_LENGTH = -1

/**
 * An array parameter in Postgres' binary format: a column of many rows costs one parameter, and nothing is quoted or parsed as text.
 * A `text` may be given as its UTF-8 bytes.
 */
export function binaryArray(type: ArrayType, values: readonly unknown[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.reduce<number>((size, value) => size + 4 + sizeOf(type, value), HEAD))
  bytes.writeInt32BE(1, 0) // dimensions
  bytes.writeInt32BE(values.includes(null) ? 1 : 0, 4)
  bytes.writeInt32BE(OIDS[type], 8)
  bytes.writeInt32BE(values.length, 12)
  bytes.writeInt32BE(1, 16) // index of the first element
  let at = HEAD
  for (const value of values) {
    if (value === null) bytes.writeInt32BE(NULL_LENGTH, at)
    else bytes.writeInt32BE(write(bytes, at + 4, type, value), at)
    at += 4 + sizeOf(type, value)
  }
  return bytes
}

function sizeOf(type: ArrayType, value: unknown): number {
  if (value === null) return 0
  if (type === 'bigint') return 8
  if (type === 'boolean') return 1
  return typeof value === 'string' ? Buffer.byteLength(value) : (value as Uint8Array).length
}

/** @returns the bytes written */
function write(bytes: Buffer, at: number, type: ArrayType, value: unknown): number {
  if (type === 'bigint') {
    const high = Math.floor((value as number) / 0x1_0000_0000)
    bytes.writeInt32BE(high, at)
    bytes.writeUInt32BE((value as number) - high * 0x1_0000_0000, at + 4)
    return 8
  }
  if (type === 'boolean') {
    bytes[at] = value === true ? 1 : 0
    return 1
  }
  if (typeof value === 'string') return bytes.utf8Write(value, at)
  bytes.set(value as Uint8Array, at)
  return (value as Uint8Array).length
}
