import { createHash } from 'node:crypto'

/**
 * The keys of a session that isn't encrypted (XEP-0124 §15): each request shows the value whose SHA-1 the one before it showed. A session
 * without a first key has none.
 */
export class KeyChain {
  #expected: string | undefined

  constructor(first: string | undefined) {
    this.#expected = first?.toLowerCase()
  }

  /** Whether a request may be taken; if so, the next is expected. Upper and lower case are the same (§15.3). */
  accepts(key: string | undefined, newKey: string | undefined): boolean {
    if (this.#expected !== undefined && (key === undefined || sha1(key) !== this.#expected)) return false
    this.#expected = (newKey ?? (this.#expected === undefined ? undefined : key))?.toLowerCase()
    return true
  }
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}
