import { BoundedMap } from '../bounded-map.ts'

/** A map that holds at most `size` entries, each for a time; the least recently set one makes room. */
export class TimedMap<V> {
  readonly #now: () => number
  readonly #entries: BoundedMap<{ readonly value: V; readonly until: number }>

  constructor(size: number, now: () => number) {
    this.#now = now
    this.#entries = new BoundedMap(size)
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.until > this.#now()) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  set(key: string, value: V, forMs: number): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, until: this.#now() + forMs })
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
