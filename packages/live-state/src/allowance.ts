/** So much of one kind may be under way at a time; what comes beyond it fails at once. */
export class Allowance {
  readonly #most: number
  readonly #what: string
  #underWay = 0

  constructor(most: number, what: string) {
    this.#most = most
    this.#what = what
  }

  get underWay(): number {
    return this.#underWay
  }

  /** Rejects as `work` does, or without beginning it when too much is under way. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.#most) throw new Error(`too many ${this.#what} under way`)
    this.#underWay++
    try {
      return await work()
    } finally {
      this.#underWay--
    }
  }
}
