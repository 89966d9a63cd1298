/** Something with output that waits for the end of the turn. */
export interface Flushable {
  flush(): void
}

/** Writes in one turn of what is new, and as many of what is left from turns before: some milliseconds. */
const SLICE = 256

/**
 * Lets everything that is written to a socket within one turn of the event loop go out in one write: after all readable sockets have
 * been served (`setImmediate`), not before. Where thousands have something to write at once they take several turns, and whoever comes
 * meanwhile is served between them.
 */
export class Flusher {
  #dirty: Flushable[] = []
  /** What turns before left, oldest first, from `#next` on. */
  #left: Flushable[] = []
  #next = 0
  #scheduled = false
  readonly #run = (): void => this.flush()

  /** `flushable.flush()` is called once, at the end of this turn or of one of the next. It is the caller's to schedule once only. */
  schedule(flushable: Flushable): void {
    this.#dirty.push(flushable)
    this.#awaken()
  }

  flush(): void {
    const dirty = this.#dirty
    this.#dirty = []
    this.#scheduled = false
    const first = Math.min(dirty.length, SLICE)
    for (let i = 0; i < first; i++) dirty[i]!.flush()
    this.#continue()
    for (let i = first; i < dirty.length; i++) this.#left.push(dirty[i]!)
    if (this.#left.length > 0) this.#awaken()
  }

  #continue(): void {
    const end = Math.min(this.#left.length, this.#next + SLICE)
    while (this.#next < end) this.#left[this.#next++]!.flush()
    if (this.#next < this.#left.length) return
    this.#left = []
    this.#next = 0
  }

  #awaken(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#run)
  }
}
