const firstCapacity = 4096
/** What is larger than this after a burst is given back by `release`. */
const keptCapacity = 128 * 1024
/** Up to here a loop over the characters beats a call into native code. */
const shortString = 16
/** From here on its length surely doesn't fit into one byte. */
const longString = 127

/** Wire types of protobuf. */
export const Wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** A field's tag as it stands on the wire. */
export function tagOf(field: number, wire: number): number {
  return field * 8 + wire
}

/**
 * Writes protobuf into one growing buffer that is used again and again. Whatever leaves it is copied out by `take`; `buffer` itself
 * never does. Fields with a default value (0, '') are left out, as proto3 has it.
 */
export class WireWriter {
  buffer: Buffer = Buffer.allocUnsafeSlow(firstCapacity)
  position = 0

  /** Makes room for `size` more bytes. Each method that writes does so itself. */
  reserve(size: number): void {
    if (this.position + size > this.buffer.length) this.#grow(this.position + size)
  }

  #grow(least: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(least, this.buffer.length * 2))
    this.buffer.copy(larger, 0, 0, this.position)
    this.buffer = larger
  }

  /** A copy of what was written from `start` on. */
  take(start: number): Buffer {
    const copy = Buffer.allocUnsafe(this.position - start)
    this.buffer.copy(copy, 0, start, this.position)
    return copy
  }

  /** Starts again, and gives back what a burst had made the buffer grow to. */
  release(): void {
    this.position = 0
    if (this.buffer.length > keptCapacity) this.buffer = Buffer.allocUnsafeSlow(keptCapacity)
  }

  /**
   * Any integer from 0 to 2^53 − 1, without a tag.
   * @throws RangeError for a negative number or NaN, which would be read as something else
   */
  varint(value: number): void {
    if (!(value >= 0)) throw new RangeError(`${value} can't be sent`)
    this.reserve(8)
    let position = this.position
    let rest = value
    while (rest > 0x7fffffff) {
      this.buffer[position++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      this.buffer[position++] = (rest & 127) | 0x80
      rest >>>= 7
    }
    this.buffer[position++] = rest
    this.position = position
  }

  uint(field: number, value: number): void {
    if (value === 0) return
    this.#tag(tagOf(field, Wire.varint))
    if (value > 0 && value < 128) this.buffer[this.position++] = value
    else this.varint(value)
  }

  /** A tag, with room for a small value after it. */
  #tag(tag: number): void {
    this.reserve(12)
    if (tag < 128) this.buffer[this.position++] = tag
    else this.varint(tag)
  }

  string(field: number, value: string): void {
    if (value !== '') this.presentString(field, value)
  }

  /** Also writes ''. */
  presentString(field: number, value: string): void {
    const { length } = value
    this.#tag(tagOf(field, Wire.bytes))
    this.reserve(length * 3 + 5)
    if (length > longString) this.#longString(value)
    else if (length > shortString || !this.#shortAscii(value)) this.#someString(value)
  }

  #shortAscii(value: string): boolean {
    const { buffer, position } = this
    const { length } = value
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i)
      if (unit > 127) return false
      buffer[position + 1 + i] = unit
    }
    buffer[position] = length
    this.position = position + 1 + length
    return true
  }

  /** Writes it behind one byte of length and sees whether that was enough. */
  #someString(value: string): void {
    const { buffer, position } = this
    const size = buffer.utf8Write(value, position + 1)
    if (size > 127) {
      this.#longString(value)
      return
    }
    buffer[position] = size
    this.position = position + 1 + size
  }

  #longString(value: string): void {
    this.varint(Buffer.byteLength(value))
    this.position += this.buffer.utf8Write(value, this.position)
  }

  bytes(field: number, value: Uint8Array): void {
    const { length } = value
    this.#tag(tagOf(field, Wire.bytes))
    this.varint(length)
    this.reserve(length)
    this.buffer.set(value, this.position)
    this.position += length
  }

  /** Repeated integers, packed. */
  packed(field: number, values: readonly number[]): void {
    if (values.length === 0) return
    const mark = this.open(field)
    this.reserve(values.length * 8)
    for (let i = 0; i < values.length; i++) this.varint(values[i]!)
    this.close(mark)
  }

  /**
   * Begins a nested message. Its length is put in by `close`, into 4 bytes kept free here: a varint padded to that width, which every
   * protobuf reader takes. So nothing is measured or moved.
   */
  open(field: number): number {
    this.#tag(tagOf(field, Wire.bytes))
    this.position += 4
    return this.position
  }

  /** Ends the message (of less than 256 MiB) begun by the `open` that returned `mark`. */
  close(mark: number): void {
    const size = this.position - mark
    this.buffer[mark - 4] = (size & 127) | 0x80
    this.buffer[mark - 3] = ((size >>> 7) & 127) | 0x80
    this.buffer[mark - 2] = ((size >>> 14) & 127) | 0x80
    this.buffer[mark - 1] = size >>> 21
  }
}
