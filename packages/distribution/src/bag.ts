/** What can be in a bag knows where it lies there; negative: nowhere. */
export interface Bagged {
  at: number
}

/** A set of what comes and goes all the time, in no order. Unlike a `Set`, which copies itself again and again then, it keeps nothing of what has gone. */
export class Bag<T extends Bagged> implements Iterable<T> {
  readonly #items: T[] = []

  /** `item` is in no bag. */
  add(item: T): void {
    item.at = this.#items.push(item) - 1
  }

  /** False when it isn't in here. */
  delete(item: T): boolean {
    if (this.#items[item.at] !== item) return false
    const last = this.#items.pop()!
    if (last !== item) {
      this.#items[item.at] = last
      last.at = item.at
    }
    item.at = -1
    return true
  }

  clear(): void {
    for (const item of this.#items) item.at = -1
    this.#items.length = 0
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#items.values()
  }
}
