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

  /** Notes that string `slot` stands from `start` (never 0: a tag precedes it) to `end`; strings come in the order they stand in. */
  note(slot: number, start: number, end: number): void {
    this.#spans[slot * 2] = start
    this.#spans[slot * 2 + 1] = end
    if (this.#first === 0) this.#first = start
    this.#last = end
  }

  /** Reads the region of all noted strings. */
  read(bytes: Buffer): void {
    this.#bytes = bytes
    const size = this.#last - this.#first
    if (size <= widest) this.#text = asciiOf(bytes, this.#first, this.#last)
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

/**
 * The strings in `bytes` whose beginnings and ends are given in turn; they stand close together. They are read by groups: a slice keeps
 * alive what it was cut from, and one may be kept for long.
 *
 * @throws WireError
 */
export function textsOf(bytes: Buffer, spans: readonly number[]): string[] {
  const texts: string[] = []
  for (let group = 0; group < spans.length; group += perGroup) {
    const first = spans[group]!
    const end = Math.min(group + perGroup, spans.length)
    const text = asciiOf(bytes, first, spans[end - 1]!)
    for (let i = group; i < end; i += 2) {
      const from = spans[i]!
      const to = spans[i + 1]!
      texts.push(text === '' ? textOf(bytes, from, to) : text.substring(from - first, to - first))
    }
  }
  return texts
}

/** Beginnings and ends of 32 strings. */
const perGroup = 64

/** The string in `bytes` from `start` to `end`. @throws WireError when it isn't UTF-8 */
export function textOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.utf8Slice(start, end)
  if (text.includes(replacement) && !isUtf8(bytes.subarray(start, end))) throw new WireError('not UTF-8')
  return text
}

/**
 * What stands from `start` to `end` if it is all ASCII, else ''. UTF-8 never decodes to more UTF-16 units than it has bytes, and to as
 * many only if every byte stands for itself: ASCII, or an invalid one, which becomes the replacement character.
 */
function asciiOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.utf8Slice(start, end)
  return text.length === end - start && !text.includes(replacement) ? text : ''
}

/** What bytes that aren't UTF-8 are decoded to. */
const replacement = '\ufffd'
