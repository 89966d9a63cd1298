/**
 * What a user's resources are to receive, in order, each entry not before its archive row is committed. Without anything to wait
 * for an entry runs at once.
 */
export class AfterCommit {
  #waiting: Entry[] = []
  #idle: (() => void)[] | undefined

  get length(): number {
    return this.#waiting.length
  }

  /** Runs `deliver` when everything before it has run; now, if nothing waits. */
  pass(deliver: () => void): void {
    if (this.#waiting.length === 0) deliver()
    else this.#waiting.push({ ready: true, deliver })
  }

  /** As `pass`, but not before the returned function is called (once or more). */
  hold(deliver: () => void): () => void {
    const entry: Entry = { ready: false, deliver }
    this.#waiting.push(entry)
    return () => {
      entry.ready = true
      this.#advance()
    }
  }

  /** Resolves when nothing waits. */
  settled(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle ??= []
      this.#idle.push(resolve)
    })
  }

  #advance(): void {
    while (this.#waiting[0]?.ready) this.#waiting.shift()!.deliver()
    if (this.#idle === undefined || this.#waiting.length > 0) return
    const idle = this.#idle
    this.#idle = undefined
    for (const resolve of idle) resolve()
  }
}

interface Entry {
  ready: boolean
  readonly deliver: () => void
}
