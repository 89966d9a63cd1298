import { textOf } from './text-spans.ts'
import { WireError } from './wire-error.ts'
import { Wire } from './wire-writer.ts'

/**
 * Walks protobuf in a buffer. Whatever is malformed throws a `WireError`: lengths past the end, integers past 2^53 − 1, groups,
 * field number 0, strings that aren't UTF-8.
 */
export class WireReader {
  bytes: Buffer
  position: number
  end: number
  #ended = true

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.position = start
    this.end = end
  }

  varint(): number {
    const { bytes, position } = this
    if (position < this.end) {
      const byte = bytes[position]!
      if (byte < 128) {
        this.position = position + 1
        return byte
      }
    }
    return this.#longVarint()
  }

  /** By halves of 28 bits, so that most of the arithmetic is on small integers. */
  #longVarint(): number {
    const low = this.#bits()
    if (this.#ended) return low
    const high = this.#bits()
    const value = low + high * 0x1000_0000
    if (!this.#ended || value > Number.MAX_SAFE_INTEGER) throw new WireError('integer beyond 2^53 − 1')
    return value
  }

  /** Up to four bytes of a varint. */
  #bits(): number {
    const { bytes, end } = this
    let bits = 0
    for (let shift = 0; shift < 28; shift += 7) {
      if (this.position >= end) throw new WireError('cut off within an integer')
      const byte = bytes[this.position++]!
      bits |= (byte & 127) << shift
      if (byte < 128) {
        this.#ended = true
        return bits
      }
    }
    this.#ended = false
    return bits
  }

  fixed64(): number {
    const { position } = this
    if (position + 8 > this.end) throw new WireError('cut off within a fixed64')
    this.position = position + 8
    const value = this.bytes.readUInt32LE(position) + this.bytes.readUInt32LE(position + 4) * 0x1_0000_0000
    if (value > Number.MAX_SAFE_INTEGER) throw new WireError('integer beyond 2^53 − 1')
    return value
  }

  /** Reads a length and steps over as many bytes; they begin at what it returns and end at `position`. */
  span(): number {
    const size = this.varint()
    const start = this.position
    if (size > this.end - start) throw new WireError('length beyond the end')
    this.position = start + size
    return start
  }

  string(): string {
    const start = this.span()
    return textOf(this.bytes, start, this.position)
  }

  /** Steps over `tag` if it comes next. */
  take(tag: number): boolean {
    const start = this.position
    if (start < this.end && this.varint() === tag) return true
    this.position = start
    return false
  }

  /** Steps over a field that isn't known here: a newer version may have written it. */
  skip(tag: number): void {
    if (tag < 8) throw new WireError('field number 0')
    const wire = tag & 7
    if (wire === Wire.varint) this.#skipVarint()
    else if (wire === Wire.bytes) this.span()
    else if (wire === Wire.fixed64) this.#forward(8)
    else if (wire === Wire.fixed32) this.#forward(4)
    else throw new WireError(`wire type ${wire}`)
  }

  #skipVarint(): void {
    for (let i = 0; i < 10; i++) {
      if (this.position >= this.end) break
      if (this.bytes[this.position++]! < 128) return
    }
    throw new WireError('bad integer')
  }

  #forward(size: number): void {
    if (size > this.end - this.position) throw new WireError('cut off')
    this.position += size
  }

  /** The integers of a packed field from `start` to the position, after those of `before`. */
  packed(start: number, before: readonly number[] | undefined): number[] {
    const numbers = before === undefined ? [] : [...before]
    const outer = this.end
    this.end = this.position
    this.position = start
    while (this.position < this.end) numbers.push(this.varint())
    this.end = outer
    return numbers
  }
}
