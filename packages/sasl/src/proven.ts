import { randomBytes } from 'node:crypto'
import { hmac } from './hmac.ts'
import type { ScramKeys } from './scram-keys.ts'

/**
 * Remembers passwords that were proven against stored keys, so that PLAIN costs one HMAC instead of thousands. Holds
 * keyed hashes only, under a key that dies with the process. An entry is bound to the stored keys it was proven against:
 * a changed password needs no invalidation.
 */
export class ProvenPasswords {
  readonly #key = randomBytes(32)
  readonly #size: number
  readonly #seen = new Set<string>()

  /** @param size entries kept; the least recently used one makes room */
  constructor(size: number) {
    this.#size = size
  }

  has(prepared: string, keys: ScramKeys): boolean {
    const mark = this.#mark(prepared, keys)
    if (!this.#seen.delete(mark)) return false
    this.#seen.add(mark)
    return true
  }

  remember(prepared: string, keys: ScramKeys): void {
    this.#seen.add(this.#mark(prepared, keys))
    if (this.#seen.size <= this.#size) return
    const oldest = this.#seen.values().next()
    if (!oldest.done) this.#seen.delete(oldest.value)
  }

  #mark(prepared: string, keys: ScramKeys): string {
    return hmac('sha256', this.#key, Buffer.concat([keys.salt, keys.storedKey, Buffer.from(prepared)])).toString(
      'base64',
    )
  }
}
