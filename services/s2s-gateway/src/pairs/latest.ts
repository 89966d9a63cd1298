import type { Entry } from './entry.ts'

const MOST = 1_000

/** Of presence for a server that can't be reached the latest of each sender to each address, for when it can be. It is in memory only. */
export class Latest {
  readonly #states = new Map<string, Entry>()

  get size(): number {
    return this.#states.size
  }

  /** Of too many the oldest is forgotten. */
  put(entry: Entry): void {
    const { from = '', to = '', type } = entry.stanza
    const key = `${type === 'probe' ? type : ''} ${from} ${to}`
    this.#states.delete(key)
    this.#states.set(key, entry)
    if (this.#states.size > MOST) this.take()
  }

  /** The oldest, if it fits. */
  take(fits: (entry: Entry) => boolean = () => true): Entry | undefined {
    for (const [key, entry] of this.#states) {
      if (!fits(entry)) return undefined
      this.#states.delete(key)
      return entry
    }
    return undefined
  }

  forgetBefore(since: number): void {
    for (const [key, entry] of this.#states) {
      if (entry.since >= since) return
      this.#states.delete(key)
    }
  }
}
