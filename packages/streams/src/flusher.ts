/** Something with output that waits for the end of the turn. */
export interface Flushable {
  flush(): void
}

/**
 * Lets everything that is written to a socket within one turn of the event loop go out in one write: after all readable sockets have
 * been served (`setImmediate`), not before.
 */
export class Flusher {
  #dirty: Flushable[] = []
  #scheduled = false
  readonly #run = (): void => this.flush()

  /** `flushable.flush()` is called once at the end of this turn. It is the caller's to schedule once only. */
  schedule(flushable: Flushable): void {
    this.#dirty.push(flushable)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#run)
  }

  flush(): void {
    const dirty = this.#dirty
    this.#dirty = []
    this.#scheduled = false
    for (let i = 0; i < dirty.length; i++) dirty[i]!.flush()
  }
}
