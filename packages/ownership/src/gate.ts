/** Lets so many at a time in; the others wait in order. */
export class Gate {
  readonly #width: number
  #inside = 0
  #waiting: (() => void)[] = []

  constructor(width: number) {
    this.#width = width
  }

  /** Those who wait. */
  get waiting(): number {
    return this.#waiting.length
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#width) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#inside++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#inside--
    }
  }
}
