const pageSize = 256

interface Page<T> {
  readonly values: (T | undefined)[]
  size: number
}

/**
 * What waits under numbers that only rise, as those of transfers do, and mostly not for long.
 *
 * A `Map` would do, but one that is always added to and deleted from is copied into a new table every few dozen times. Once V8 has moved one of those to its
 * old generation, each holds the next until that is collected as a whole, and with them what was in them: two thirds of all messages outlived their time by
 * seconds so, 10 to 30 ms for each small collection. Here a page forgets what is deleted, and nothing refers to the next.
 */
export class Pending<T> {
  readonly #pages = new Map<number, Page<T>>()
  #newest = -1
  #size = 0

  get size(): number {
    return this.#size
  }

  get(number: number): T | undefined {
    return this.#pages.get(Math.floor(number / pageSize))?.values[number % pageSize]
  }

  /** `number` was not used before. */
  add(number: number, value: T): void {
    const index = Math.floor(number / pageSize)
    const page = this.#pages.get(index) ?? this.#open(index)
    page.values[number % pageSize] = value
    page.size++
    this.#size++
  }

  delete(number: number): void {
    const index = Math.floor(number / pageSize)
    const page = this.#pages.get(index)
    if (page?.values[number % pageSize] === undefined) return
    page.values[number % pageSize] = undefined
    page.size--
    this.#size--
    if (page.size === 0 && index !== this.#newest) this.#pages.delete(index)
  }

  /** Oldest first; what is deleted meanwhile is left out. */
  *values(): IterableIterator<T> {
    for (const page of this.#pages.values()) for (const value of page.values) if (value !== undefined) yield value
  }

  #open(index: number): Page<T> {
    if (this.#pages.get(this.#newest)?.size === 0) this.#pages.delete(this.#newest)
    const page = { values: new Array<T | undefined>(pageSize).fill(undefined), size: 0 }
    this.#pages.set(index, page)
    this.#newest = index
    return page
  }
}
