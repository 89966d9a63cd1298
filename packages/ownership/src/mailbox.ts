/**
 * The queue through which all work for one key runs, in order, one item at a time.
 *
 * `handle` runs at once when the mailbox is idle and returns synchronously: the hot path costs no promise. When it returns a promise,
 * what follows waits. A rejection goes to `failed` and the next item runs: one bad item never stops a key.
 */
export class Mailbox<T> {
  readonly #handle: (item: T) => void | Promise<void>
  readonly #failed: (error: unknown, item: T) => void
  readonly #bound: number
  #queue: T[] = []
  #head = 0
  #busy = false
  #idle: (() => void)[] = []

  constructor(options: {
    handle: (item: T) => void | Promise<void>
    failed: (error: unknown, item: T) => void
    bound: number
  }) {
    this.#handle = options.handle
    this.#failed = options.failed
    this.#bound = options.bound
  }

  get depth(): number {
    return this.#queue.length - this.#head
  }

  get busy(): boolean {
    return this.#busy
  }

  /** False when the mailbox is at its bound: the item was not taken. */
  push(item: T): boolean {
    if (!this.#busy) {
      this.#run(item)
      return true
    }
    if (this.depth >= this.#bound) return false
    this.#queue.push(item)
    return true
  }

  /** As `push`, at the bound, too: for the little that can't be refused. */
  pushBeyond(item: T): void {
    if (this.#busy) this.#queue.push(item)
    else this.#run(item)
  }

  /** Resolves when everything pushed so far has been handled. */
  settled(): Promise<void> {
    if (!this.#busy) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #run(first: T): void {
    this.#busy = true
    let item: T | undefined = first
    while (item !== undefined) {
      const work = this.#attempt(item)
      if (work) {
        const current = item
        work.catch((error: unknown) => this.#failed(error, current)).finally(() => this.#continue())
        return
      }
      item = this.#next()
    }
    this.#rest()
  }

  #continue(): void {
    const item = this.#next()
    if (item === undefined) this.#rest()
    else this.#run(item)
  }

  #attempt(item: T): Promise<void> | undefined {
    try {
      return this.#handle(item) ?? undefined
    } catch (error) {
      this.#failed(error, item)
      return undefined
    }
  }

  #next(): T | undefined {
    if (this.#head >= this.#queue.length) {
      this.#queue.length = 0
      this.#head = 0
      return undefined
    }
    const item = this.#queue[this.#head]
    this.#head++
    if (this.#head > 64 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  #rest(): void {
    this.#busy = false
    const waiting = this.#idle
    this.#idle = []
    for (const resolve of waiting) resolve()
  }
}
