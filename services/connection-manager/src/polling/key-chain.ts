import { createHash } from 'node:crypto'

/**
 * The keys of a session (XEP-0025 §3): each request shows the value whose hash the one before it showed. A session that began without
 * a key has none.
 */
export class PollingKeys {
  #expected: string | undefined

  constructor(first: string | undefined) {
    this.#expected = first
  }

  accepts(key: string | undefined, newKey: string | undefined): boolean {
    if (this.#expected === undefined) return true
    if (key === undefined || createHash('sha1').update(key).digest('base64') !== this.#expected) return false
    this.#expected = newKey ?? key
    return true
  }
}
