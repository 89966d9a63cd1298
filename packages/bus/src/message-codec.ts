import { WireReader } from './wire-reader.ts'
import { tagOf, Wire, WireWriter } from './wire-writer.ts'

/** `sint`: integers that may be negative. */
type Shape<T> = T extends string ? 'string' : T extends boolean ? 'bool' : 'uint' | 'sint'

/** For each field its number and type in `proto/`. */
export type Fields<M> = { readonly [Name in keyof M]-?: readonly [number: number, type: Shape<M[Name]>] }

/** Turns one kind of message into protobuf and back. */
export interface Codec<M> {
  encode(message: M): Buffer
  /** Absent fields are '', 0 or false; unknown ones are skipped. @throws WireError */
  decode(bytes: Uint8Array): M
}

type Value = string | number | boolean

const defaults = { string: '', bool: false, uint: 0, sint: 0 } as const

/** A codec from a table of fields. For control messages: not for what travels with each stanza. */
export function messageCodec<M extends { readonly [Name in keyof M]: Value }>(fields: Fields<M>): Codec<M> {
  const rows = Object.entries(fields) as [string, readonly [number, keyof typeof defaults]][]
  const names = new Map<number, readonly [name: string, type: keyof typeof defaults]>()
  const empty: Record<string, Value> = {}
  for (const [name, [number, type]] of rows) {
    names.set(tagOf(number, type === 'string' ? Wire.bytes : Wire.varint), [name, type])
    empty[name] = defaults[type]
  }
  return {
    encode(message) {
      const writer = new WireWriter()
      for (const [name, [number, type]] of rows) write(writer, number, type, message[name as keyof M])
      return writer.take(0)
    },
    decode(bytes) {
      const reader = new WireReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
      const message = { ...empty }
      while (reader.position < reader.end) {
        const tag = reader.varint()
        const known = names.get(tag)
        if (known === undefined) reader.skip(tag)
        else message[known[0]] = read(reader, known[1])
      }
      return message as M
    },
  }
}

function write(writer: WireWriter, number: number, type: keyof typeof defaults, value: Value): void {
  if (type === 'string') writer.string(number, value as string)
  else if (type === 'sint') writer.uint(number, zigzag(value as number))
  else writer.uint(number, Number(value))
}

function read(reader: WireReader, type: keyof typeof defaults): Value {
  if (type === 'string') return reader.string()
  const value = reader.varint()
  if (type === 'bool') return value !== 0
  return type === 'sint' ? unzigzag(value) : value
}

/** Integers from −2^52 to 2^52 − 1 as ones from 0. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
