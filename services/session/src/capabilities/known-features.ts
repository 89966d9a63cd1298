/** Features by what was advertised. The ones unused for longest make room for others. */
export class KnownFeatures {
  readonly #bound: number
  readonly #known = new Map<string, ReadonlySet<string>>()
  #characters = 0

  /** @param bound characters of all features together */
  constructor(bound: number) {
    this.#bound = bound
  }

  get size(): number {
    return this.#known.size
  }

  get(key: string): ReadonlySet<string> | undefined {
    const features = this.#known.get(key)
    if (features === undefined) return undefined
    this.#known.delete(key)
    this.#known.set(key, features)
    return features
  }

  add(key: string, features: ReadonlySet<string>): void {
    if (this.#known.has(key)) return
    this.#known.set(key, features)
    this.#characters += weight(key, features)
    for (const [oldest, its] of this.#known) {
      if (this.#characters <= this.#bound || oldest === key) return
      this.#known.delete(oldest)
      this.#characters -= weight(oldest, its)
    }
  }
}

function weight(key: string, features: ReadonlySet<string>): number {
  let sum = key.length
  for (const feature of features) sum += feature.length
  return sum
}
