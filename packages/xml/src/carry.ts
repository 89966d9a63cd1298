import { overLimit } from './xml-error.ts'

const NO_BYTES = Buffer.alloc(0)
const FIRST_SIZE = 512

/** The beginning of something whose end has not arrived. Grows by doubling, so that single bytes cost the same each. */
export class Carry {
  #bytes: Buffer = NO_BYTES
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Adds `chunk[start, end)`. Throws `policy-violation` when more than `limit` bytes are held then. */
  append(chunk: Buffer, start: number, end: number, limit: number): void {
    const needed = this.#length + end - start
    if (needed > limit) throw overLimit('element too large')
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(2 * this.#bytes.length, limit), FIRST_SIZE))
      this.#bytes.copy(grown, 0, 0, this.#length)
      this.#bytes = grown
    }
    chunk.copy(this.#bytes, this.#length, start, end)
    this.#length = needed
  }

  /** What is held; the carry is empty then and holds no memory. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length)
    this.clear()
    return bytes
  }

  clear(): void {
    this.#bytes = NO_BYTES
    this.#length = 0
  }
}
