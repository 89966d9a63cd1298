import { escapeAttribute } from '@heliograph/xml'

/** One stanza for many recipients: everything but `to` is serialised once. */
export class Splicer {
  readonly #before: Buffer
  readonly #after: Buffer

  constructor(before: Buffer, after: Buffer) {
    this.#before = before
    this.#after = after
  }

  /** The stanza's bytes, addressed to `to`. */
  bytesFor(to: string): Buffer {
    const before = this.#before
    const after = this.#after
    const value = escapeAttribute(to)
    const length = Buffer.byteLength(value)
    const bytes = Buffer.allocUnsafe(before.length + length + after.length)
    bytes.set(before, 0)
    bytes.utf8Write(value, before.length)
    bytes.set(after, before.length + length)
    return bytes
  }
}
