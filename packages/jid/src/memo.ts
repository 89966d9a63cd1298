/**
 * A bounded memory of a pure function's results. Two generations: when the young one is full it becomes the old one,
 * and what is still used comes back from there, so a hit costs one lookup and nothing is ever scanned.
 */
export class Memo<V> {
  readonly #size: number
  #young = new Map<string, V>()
  #old = new Map<string, V>()

  /** @param size entries a generation; at most twice as many are held */
  constructor(size: number) {
    this.#size = size
  }

  get(key: string): V | undefined {
    const found = this.#young.get(key)
    if (found !== undefined) return found
    const older = this.#old.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
