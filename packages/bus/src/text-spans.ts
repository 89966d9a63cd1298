import { isUtf8 } from 'node:buffer'
import { WireError } from './wire-error.ts'

/** A region with more than this between its strings isn't read as one. */
const widest = 2048

/**
 * The strings of one message: noted while its fields are walked, read together afterwards. Decoding is a call into native code whose
 * price hardly depends on the length, and the encoder writes strings side by side. So one call takes them all, and each is a
 * slice; when the region isn't plain ASCII each is decoded by itself.
 */
export class TextSpans {
  readonly #spans: Int32Array
  #first = 0
  #last = 0
  #text = ''
  #bytes: Buffer = Buffer.alloc(0)

  constructor(count: number) {
    this.#spans = new Int32Array(count * 2)
  }

  clear(): void {
    this.#spans.fill(0)
    this.#first = 0
    this.#last = 0
    this.#text = ''
  }

  /** Notes that string `slot` stands from `start` (never 0: a tag precedes it) to `end`. */
  note(slot: number, start: number, end: number): void {
    this.#spans[slot * 2] = start
    this.#spans[slot * 2 + 1] = end
    if (this.#first === 0 || start < this.#first) this.#first = start
    if (end > this.#last) this.#last = end
  }

  /** Reads the region of all noted strings. */
  read(bytes: Buffer): void {
    this.#bytes = bytes
    const size = this.#last - this.#first
    if (size === 0 || size > widest) return
    // UTF-8 never decodes to more UTF-16 units than it has bytes, and to as many only if every byte stands for itself: ASCII,
    // or an invalid one, which becomes the replacement character.
    const text = bytes.utf8Slice(this.#first, this.#last)
    if (text.length === size && !text.includes(replacement)) this.#text = text
  }

  /** String `slot`, if it was noted. @throws WireError when it isn't UTF-8 */
  get(slot: number): string | undefined {
    const start = this.#spans[slot * 2]!
    if (start === 0) return undefined
    const end = this.#spans[slot * 2 + 1]!
    if (this.#text !== '') return this.#text.substring(start - this.#first, end - this.#first)
    return textOf(this.#bytes, start, end)
  }
}

/** The string in `bytes` from `start` to `end`. @throws WireError when it isn't UTF-8 */
export function textOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.utf8Slice(start, end)
  if (text.includes(replacement) && !isUtf8(bytes.subarray(start, end))) throw new WireError('not UTF-8')
  return text
}

/** What bytes that aren't UTF-8 are decoded to. */
const replacement = '\ufffd'
