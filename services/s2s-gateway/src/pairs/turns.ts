/** Lets so many do something at once; who comes later waits in line. */
export class Turns {
  readonly #line: (() => void)[] = []
  #free: number

  constructor(most: number) {
    this.#free = most
  }

  /** Resolves when it is one's turn, which is to be given back. */
  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#line.push(resolve)
    await promise
  }

  give(): void {
    const next = this.#line.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
